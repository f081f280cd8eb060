import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { html, raw } from "hono/html";
import { stylesheet } from "./stylesheet";

/** A part of a page. Everything interpolated into it is escaped. */
export type Markup = ReturnType<typeof html>;

/**
 * A complete page. It loads nothing: styles are inline, and there are no scripts, fonts or images.
 *
 * @param styles additional styles
 */
export function layout(title: string, content: Markup, styles = ""): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(stylesheet + styles)}</style>
</head>
<body>
<header class="banner" role="banner"><p><strong>Stripe sandbox</strong> – test mode, no real money</p></header>
${content}
</body>
</html>
`);
}

export type PageEnv = { Bindings: HttpBindings };
export type PageStatus = 200 | 402 | 403 | 404 | 409 | 410 | 421 | 422;

/** Responds with a page that loads nothing, is not cached, and cannot be framed. */
export function show(c: Context<PageEnv>, page: string, status: PageStatus = 200): Response {
  // No form-action: browsers also apply it to the redirect to the success page, which is on another origin.
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  );
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  return c.html(page, status);
}

/** A page with one message and at most one link. */
export function messagePage(title: string, text: string, link?: { href: string; label: string }): string {
  const button: Markup | undefined = link && html`<a class="button" href="${link.href}">${link.label}</a>`;
  return layout(
    title,
    html`<main class="narrow"><div class="panel message"><h1>${title}</h1><p class="soft">${text}</p>${button}</div></main>`,
  );
}
