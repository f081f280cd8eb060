import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

export type PageEnv = { Bindings: HttpBindings };
export type PageStatus = 200 | 402 | 403 | 404 | 409 | 410 | 421 | 422;

/** Answers with a page that fetches nothing, is kept nowhere, and cannot be framed. */
export function show(c: Context<PageEnv>, page: string, status: PageStatus = 200): Response {
  // No form-action: browsers apply it to the redirect to the success page too, which is on another origin.
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  );
  c.header("Cache-Control", "no-store");
  c.header("Referrer-Policy", "no-referrer");
  return c.html(page, status);
}
