import { html, Markup } from "./markup";
import { stylesheet } from "./stylesheet";

/**
 * A whole page. It fetches nothing: styles are inside, there are no scripts, fonts or pictures.
 *
 * @param styles more of them, for pages that look different
 */
export function layout(title: string, content: Markup, styles = ""): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(stylesheet + styles)}</style>
</head>
<body>
<header class="banner" role="banner"><p><strong>Stripe sandbox</strong> – test mode, no real money</p></header>
${content}
</body>
</html>
`.text;
}
