const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Returns the HTML of an email. Email clients support only tables and inline styles. */
export function emailHtml(content: { title: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(content.title)}</title>
</head>
<body style="margin:0;padding:32px 16px;font:16px/24px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td>
<div style="max-width:480px">
<p style="margin:0 0 24px;font-weight:600">Brim</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:28px">${escapeHtml(content.title)}</h1>
${content.body}
</div>
</td></tr></table>
</body>
</html>`;
}
