import { layout } from "./layout";
import { html, type Markup } from "./markup";

/** A page that says one thing and offers at most one way on. */
export function messagePage(title: string, text: string, link?: { href: string; label: string }): string {
  const button: Markup | undefined = link && html`<a class="button" href="${link.href}">${link.label}</a>`;
  return layout(
    title,
    html`<main class="narrow"><div class="panel message"><h1>${title}</h1><p class="soft">${text}</p>${button}</div></main>`,
  );
}
