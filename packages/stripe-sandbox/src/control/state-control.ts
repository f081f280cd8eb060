import { Hono } from "hono";
import { RATE_LIMITS } from "../api/call-meter";
import { setCaptureDelay } from "../resources/charges/capture";
import { upsertConfiguredEndpoint } from "../resources/webhook-endpoints";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { resetBehavior } from "../store/behavior";
import type { Row } from "../store/database";
import { restartRandom } from "../store/random";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import type { ControlEnv } from "./control-request";

/** `/_control/dump` and `/_control/reset`. */
export function createStateControl(runtime: Runtime, deliveries: DeliveryLoop): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/dump", async (c) => c.json(await dumpState(runtime, deliveries)));
  control.post("/reset", async (c) => {
    await resetState(runtime, deliveries);
    return c.json({ reset: true, now: runtime.clock.now() });
  });
  return control;
}

/** Returns a consistent snapshot of all state, including secrets. */
async function dumpState(runtime: Runtime, deliveries: DeliveryLoop) {
  // A single statement reads a single snapshot.
  const [row] = await runtime.db.query<Row & { state: Record<string, unknown[]> }>(`SELECT json_build_object(
    'objects', (SELECT coalesce(json_agg(object ORDER BY seq), '[]') FROM object),
    'events', (SELECT coalesce(json_agg(event ORDER BY seq), '[]') FROM event),
    'deliveries', (SELECT coalesce(json_agg(delivery ORDER BY id), '[]') FROM delivery),
    'idempotency_keys', (SELECT coalesce(json_agg(idempotency_key ORDER BY created, key), '[]') FROM idempotency_key),
    'settings', (SELECT coalesce(json_agg(setting ORDER BY name), '[]') FROM setting)
  ) AS state`);
  return {
    now: runtime.clock.now(),
    delivery_mode: deliveries.mode(),
    faults: runtime.faults.list(),
    delivery_faults: runtime.deliveryFaults.list(),
    ...row?.state,
  };
}

/**
 * Resets the sandbox to the state after its first start. The secret key stays; the configured endpoint is created
 * again, the clock shows real time, and all faults, limits and withheld permissions are as at the start.
 */
async function resetState(runtime: Runtime, deliveries: DeliveryLoop): Promise<void> {
  runtime.faults.clear();
  runtime.deliveryFaults.clear();
  runtime.withheldPermissions.clear();
  runtime.calls.setLimits(RATE_LIMITS[runtime.rateLimitMode]);
  runtime.calls.reset();
  await deliveries.setMode("deliver");
  // A late response would be attributed to a new delivery with the same id.
  await deliveries.whileIdle(async () => {
    await runtime.db.query("TRUNCATE object, event, delivery, idempotency_key RESTART IDENTITY");
  });
  await setCaptureDelay(runtime.db, 0);
  await resetBehavior(runtime.db);
  await runtime.clock.reset();
  await restartRandom(runtime.db, runtime.random);
  await inTransaction(runtime, NO_REQUEST, (tx) => upsertConfiguredEndpoint(tx, runtime.configuredEndpoint));
}
