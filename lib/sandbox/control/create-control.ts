import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { StripeError } from "../api/stripe-error";
import { expireDueSessions, expireSession } from "../resources/checkout-sessions/expire-session";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { clockInput, duplicateInput, faultInput, modeInput, payInput } from "./inputs";
import { payByControl } from "./pay-by-control";
import { duplicateEvent, listDeliveries, resendEvent } from "./replay-events";

type Env = { Bindings: HttpBindings };

/** `/_control`: steers the sandbox itself. JSON, without a key, and for this machine only. */
export function createControl(runtime: Runtime, deliveries: DeliveryLoop): Hono<Env> {
  const control = new Hono<Env>().basePath("/_control");
  control.use(async (c, next) => {
    if (!isLocal(c)) return c.json({ error: "The control API answers this machine only." }, 403);
    await next();
  });
  control.get("/health", async (c) => {
    await runtime.db.query("SELECT 1");
    return c.json({ ok: true, now: runtime.clock.now(), deliveries: deliveries.mode() });
  });
  control.post("/deliveries/:mode{drop|mode}", async (c) => {
    const { mode } = modeInput.parse(await body(c));
    await deliveries.setMode(mode);
    return c.json({ mode });
  });
  control.get("/deliveries", async (c) =>
    c.json({ data: await listDeliveries(runtime, c.req.query("event")) }),
  );
  control.post("/events/:id/resend", async (c) =>
    c.json({ data: await resendEvent(runtime, c.req.param("id")) }),
  );
  control.post("/events/:id/duplicate", async (c) => {
    const options = duplicateInput.parse(await body(c));
    return c.json({ data: await duplicateEvent(runtime, c.req.param("id"), options) });
  });
  control.post("/faults", async (c) => {
    runtime.faults.add(faultInput.parse(await body(c)));
    return c.json({ faults: runtime.faults.list() });
  });
  control.get("/faults", (c) => c.json({ faults: runtime.faults.list() }));
  control.delete("/faults", (c) => {
    runtime.faults.clear();
    return c.json({ faults: [] });
  });
  control.post("/checkout/:id/pay", async (c) => {
    const answer = await payByControl(runtime, c.req.param("id"), payInput.parse(await body(c)));
    return c.json(answer, answer.outcome === "completed" ? 200 : 402);
  });
  control.post("/checkout/:id/expire", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => expireSession(tx, c.req.param("id")))),
  );
  control.post("/clock", async (c) => {
    await runtime.clock.advance(clockInput.parse(await body(c)).advance_seconds);
    await inTransaction(runtime, NO_REQUEST, expireDueSessions);
    return c.json({ now: runtime.clock.now() });
  });
  control.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400);
    if (error instanceof StripeError) return c.json(error.body, error.status as 400);
    throw error;
  });
  return control;
}

function isLocal(c: Context<Env>): boolean {
  const address = c.env.incoming.socket.remoteAddress ?? "";
  // A browser page on this machine is not the operator: it always names its origin on a POST.
  if (c.req.header("origin") !== undefined) return false;
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

async function body(c: Context<Env>): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new StripeError(400, { type: "invalid_request_error", message: "The body is not JSON." });
  }
}
