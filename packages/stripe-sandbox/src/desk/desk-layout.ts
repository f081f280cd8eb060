import { layout } from "../pages/layout";
import { html, type Markup } from "../pages/markup";
import { deskStylesheet } from "./desk-stylesheet";

const SECTIONS = [
  ["/", "Overview"],
  ["/desk/objects", "Objects"],
  ["/desk/events", "Events"],
  ["/desk/deliveries", "Deliveries"],
  ["/desk/controls", "Controls"],
  ["/desk/cards", "Test cards"],
] as const;

/**
 * A page of the desk.
 *
 * @param here the section it belongs to
 * @param notice what was just done, when a button led here
 */
export function deskPage(title: string, here: string, content: Markup, notice?: string): string {
  return layout(
    title,
    html`<nav class="sections" aria-label="Sandbox"><ul>${SECTIONS.map(
      ([href, label]) =>
        html`<li><a href="${href}"${href === here && html` aria-current="page"`}>${label}</a></li>`,
    )}</ul></nav>
<main class="desk">${notice && html`<p class="notice" role="status">${notice}</p>`}
${content}</main>`,
    deskStylesheet,
  );
}
