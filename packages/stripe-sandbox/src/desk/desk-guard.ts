import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Runtime } from "../runtime";

export type DeskEnv = { Bindings: HttpBindings };

/**
 * The desk shows everything, so it answers only under a name of its own: this machine's, or the public address. Any
 * other name is a web page elsewhere that had its address pointed here.
 */
export function isOwnHost({ publicUrl }: Runtime, c: Context<DeskEnv>): boolean {
  const host = c.req.header("host") ?? "";
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host) || host === new URL(publicUrl).host;
}

/** A form of the desk itself, not of another site: browsers name the origin of every POST. */
export function isOwnForm(runtime: Runtime, c: Context<DeskEnv>): boolean {
  const host = c.req.header("host") ?? "";
  const origin = c.req.header("origin");
  return isOwnHost(runtime, c) && (origin === `http://${host}` || origin === `https://${host}`);
}
