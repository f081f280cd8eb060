import type { Tx } from "../runtime";
import { newStripeId } from "../store/ids";
import type { StripeObject } from "../store/objects";

export interface EventData {
  object: StripeObject;
  previous_attributes?: Record<string, unknown>;
}

/**
 * Writes an event with a snapshot of the object, and one delivery for each enabled endpoint that listens to its type.
 * Belongs in the transaction of the change itself.
 *
 * @returns the event's id
 */
export async function recordEvent(
  tx: Tx,
  type: string,
  object: object & StripeObject,
  previousAttributes?: Record<string, unknown>,
): Promise<string> {
  const id = newStripeId("evt");
  const data: EventData = {
    object,
    ...(previousAttributes && { previous_attributes: previousAttributes }),
  };
  await tx.query(
    `WITH listening AS (
       SELECT id FROM object
       WHERE type = 'webhook_endpoint' AND NOT deleted AND refs @> '{"status": "enabled"}'
         AND (refs -> 'enabled_events' ? '*' OR refs -> 'enabled_events' ? $2)
     ), recorded AS (
       INSERT INTO event (id, type, created, object_id, data, request_id, idempotency_key, endpoint_count)
       SELECT $1, $2, $3, $4, $5, $6, $7, count(*) FROM listening RETURNING id
     )
     INSERT INTO delivery (event_id, endpoint_id, due_at_ms)
     SELECT recorded.id, listening.id, $3 * 1000 FROM recorded, listening ORDER BY listening.id`,
    [id, type, tx.now, object.id, JSON.stringify(data), tx.origin.requestId, tx.origin.idempotencyKey],
  );
  return id;
}

/** Returns the old values of changed fields, as in `previous_attributes`; undefined if nothing changed. */
export function changedAttributes(before: object, after: object): Record<string, unknown> | undefined {
  const old = before as Record<string, unknown>;
  const changed = Object.entries(after as Record<string, unknown>).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key]),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map(([key, value]) => [key, changedPart(old[key], value)]));
}

/** Returns only the changed keys of a nested map (address, metadata); a new key was null. */
function changedPart(before: unknown, after: unknown): unknown {
  if (!isMap(before) || !isMap(after)) return before ?? null;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, before[key] ?? null]),
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
