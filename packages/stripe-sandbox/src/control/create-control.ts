import { Hono } from "hono";
import { z } from "zod";
import { StripeError } from "../api/stripe-error";
import { doDueWork } from "../housekeeping";
import { makeDefaultConfiguration } from "../resources/billing-portal/configurations";
import { setCaptureDelay } from "../resources/charges/capture";
import { expireSession } from "../resources/checkout-sessions/expire-session";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { createAccessControl } from "./access-control";
import { createBalanceControl } from "./balance-control";
import { createBehaviorControl } from "./behavior-control";
import { type ControlEnv, isLocalProgram, readJson } from "./control-request";
import { createDeliveryControl } from "./delivery-control";
import { captureInput, clockInput, duplicateInput, faultInput, modeInput, payInput } from "./inputs";
import { createMoneyBackControl } from "./money-back-control";
import { payByControl } from "./pay-by-control";
import { createPaymentControl } from "./payment-control";
import { duplicateEvent, listDeliveries, resendEvent } from "./replay-events";
import { createStateControl } from "./state-control";

/** Creates the control API below `/_control`: JSON, without a key, for this machine only. */
export function createControl(runtime: Runtime, deliveries: DeliveryLoop): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>().basePath("/_control");
  control.use(async (c, next) => {
    if (!isLocalProgram(c))
      return c.json({ error: "The control API is available from this machine only." }, 403);
    await next();
  });
  return control.route("/", createControlRoutes(runtime, deliveries));
}

/** Creates the routes of the control API, without access control. */
export function createControlRoutes(runtime: Runtime, deliveries: DeliveryLoop): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/health", async (c) => {
    await runtime.db.query("SELECT 1");
    return c.json({ ok: true, now: runtime.clock.now(), deliveries: deliveries.mode() });
  });
  control.post("/deliveries/mode", async (c) => {
    const { mode } = modeInput.parse(await readJson(c));
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
    const options = duplicateInput.parse(await readJson(c));
    return c.json({ data: await duplicateEvent(runtime, c.req.param("id"), options) });
  });
  control.post("/faults", async (c) => {
    runtime.faults.add(faultInput.parse(await readJson(c)));
    return c.json({ faults: runtime.faults.list() });
  });
  control.get("/faults", (c) => c.json({ faults: runtime.faults.list() }));
  control.delete("/faults", (c) => {
    runtime.faults.clear();
    return c.json({ faults: [] });
  });
  control.post("/checkout/:id/pay", async (c) => {
    const answer = await payByControl(runtime, c.req.param("id"), payInput.parse(await readJson(c)));
    return c.json(answer, answer.outcome === "completed" ? 200 : 402);
  });
  control.post("/checkout/:id/expire", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => expireSession(tx, c.req.param("id")))),
  );
  control.post("/captures", async (c) => {
    const input = captureInput.parse(await readJson(c));
    await setCaptureDelay(runtime.db, input.after_seconds);
    return c.json(input);
  });
  control.post("/clock", async (c) => {
    await runtime.clock.advance(clockInput.parse(await readJson(c)).advance_seconds);
    await inTransaction(runtime, NO_REQUEST, doDueWork);
    return c.json({ now: runtime.clock.now() });
  });
  control.post("/portal_configurations/:id/make_default", async (c) =>
    c.json(await inTransaction(runtime, NO_REQUEST, (tx) => makeDefaultConfiguration(tx, c.req.param("id")))),
  );
  control.route("/", createAccessControl(runtime));
  control.route("/", createBalanceControl(runtime));
  control.route("/", createBehaviorControl(runtime));
  control.route("/", createDeliveryControl(runtime));
  control.route("/", createMoneyBackControl(runtime));
  control.route("/", createPaymentControl(runtime));
  control.route("/", createStateControl(runtime, deliveries));
  control.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400);
    if (error instanceof StripeError) return c.json(error.body, error.status as 400);
    throw error;
  });
  return control;
}
