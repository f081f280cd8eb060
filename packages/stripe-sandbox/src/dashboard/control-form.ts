import { html } from "hono/html";
import type { Markup } from "../pages/layout";

type Value = string | number | boolean;

/** A call of the control API behind a button. */
export interface ControlCall {
  /** Below `/_control`. */
  path: string;
  method?: "POST" | "DELETE";
  /** Fixed fields of the request's JSON. */
  values?: Record<string, Value | undefined>;
  /** Shows the response instead of going back: it contains a secret that is shown only once. */
  showsResponse?: boolean;
}

/**
 * A form whose button makes one call of the control API. It works without scripts: the names of the fields say how they
 * become JSON (`number:times`, `text:match.type`), and an empty field is left out.
 */
export function controlForm(call: ControlCall, label: string, back: string, fields?: Markup): Markup {
  const values = Object.entries(call.values ?? {});
  return html`<form method="post" action="/dashboard/actions" class="control">
<input type="hidden" name="path" value="${call.path}"><input type="hidden" name="method" value="${call.method ?? "POST"}">
<input type="hidden" name="back" value="${back}"><input type="hidden" name="label" value="${label}">
${call.showsResponse && html`<input type="hidden" name="shows" value="response">`}
${values.map(([name, value]) => value !== undefined && html`<input type="hidden" name="${kindOf(value)}:${name}" value="${String(value)}">`)}
${fields}<button class="secondary">${label}</button></form>`;
}

function kindOf(value: Value): string {
  return typeof value === "string" ? "text" : typeof value === "number" ? "number" : "boolean";
}

/** A labeled field of such a form. */
export function controlField(
  name: string,
  label: string,
  options: { value?: string; list?: readonly string[]; placeholder?: string } = {},
): Markup {
  const { value = "", list, placeholder = "" } = options;
  const control = list
    ? html`<select name="${name}">${list.map((choice) => html`<option${choice === value && html` selected`}>${choice}</option>`)}</select>`
    : html`<input name="${name}" value="${value}" placeholder="${placeholder}"${name.startsWith("number:") && html` inputmode="decimal"`}>`;
  return html`<label>${label}${control}</label>`;
}

/** Converts the fields of a form to JSON. */
export function readControlBody(form: URLSearchParams): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const [, kind, path] = /^(text|number|boolean):([a-zA-Z_.]+)$/.exec(name) ?? [];
    if (kind && path && value !== "") set(body, path.split("."), typed(kind, value));
  }
  return body;
}

function typed(kind: string, value: string): unknown {
  if (kind === "number") return value === "all" ? null : Number(value);
  return kind === "boolean" ? value === "true" || value === "yes" : value;
}

function set(target: Record<string, unknown>, [first = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = (target[first] ?? {}) as Record<string, unknown>;
  target[first] = inner;
  set(inner, rest, value);
}
