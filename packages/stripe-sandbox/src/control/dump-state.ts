import type { Runtime } from "../runtime";
import type { Row } from "../store/database";
import type { DeliveryLoop } from "../webhooks/delivery-loop";

/** Everything that the sandbox knows, secrets included, as one moment shows it. */
export async function dumpState(runtime: Runtime, deliveries: DeliveryLoop) {
  // One statement sees one moment: nothing in it can have happened after something that is missing.
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
