import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { StripeError } from "../api/stripe-error";

export type ControlEnv = { Bindings: HttpBindings };

/** Allows programs on this machine only, and no web pages in a browser. */
export function isLocalProgram(c: Context<ControlEnv>): boolean {
  // A browser always sends Origin with a POST. With a GET it may not, but then Host is that of the page.
  if (c.req.header("origin") !== undefined) return false;
  return isLoopback(c.env.incoming.socket.remoteAddress ?? "") && isLocalHost(c.req.header("host") ?? "");
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

function isLocalHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

/** Parses the JSON body; an empty body is an empty object. */
export async function readJson(c: Context<ControlEnv>): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new StripeError(400, { type: "invalid_request_error", message: "The body is not JSON." });
  }
}
