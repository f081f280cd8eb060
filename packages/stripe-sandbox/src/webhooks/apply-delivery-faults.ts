import type { DeliveryFaultList, DeliveryHit } from "../faults/delivery-faults";
import type { Database, Queryable, Row } from "../store/database";
import { newStripeId } from "../store/ids";

interface FirstDelivery extends Row {
  id: string;
  event_id: string;
  endpoint: string;
  type: string;
}

/** Applies the faults to deliveries that are due for the first time, in the order of their events. */
export async function applyDeliveryFaults(
  db: Database,
  faults: DeliveryFaultList,
  nowMs: number,
): Promise<void> {
  const due = await db.query<FirstDelivery>(
    `SELECT delivery.id, event_id, endpoint_id AS endpoint, event.type FROM delivery JOIN event ON event.id = event_id
     WHERE state = 'pending' AND kind = 'first' AND fault IS NULL AND attempts = 0 AND due_at_ms <= $1
     ORDER BY delivery.id`,
    [nowMs],
  );
  for (const delivery of due) {
    const hit = faults.take(delivery);
    await db.transaction(async (tx) => {
      await tx.query("UPDATE delivery SET fault = $2 WHERE id = $1", [delivery.id, hit?.fault.action ?? ""]);
      if (hit) await applyFault(tx, delivery, hit, nowMs);
    });
    if (hit?.fault.action === "reorder") hit.held.push(delivery.id);
  }
}

async function applyFault(
  tx: Queryable,
  delivery: FirstDelivery,
  hit: DeliveryHit,
  nowMs: number,
): Promise<void> {
  const { fault } = hit;
  switch (fault.action) {
    case "drop":
      await tx.query(
        "UPDATE delivery SET state = 'dropped', last_error = 'dropped by a fault' WHERE id = $1",
        [delivery.id],
      );
      return;
    case "delay":
      await tx.query("UPDATE delivery SET due_at_ms = $2 WHERE id = $1", [
        delivery.id,
        nowMs + fault.delayMs,
      ]);
      return;
    case "duplicate":
      return duplicate(tx, delivery, fault.copies, fault.parallel, nowMs);
    case "copy":
      return copy(tx, delivery, nowMs);
    case "reorder":
      return hold(tx, delivery, hit, nowMs);
    default:
      return fault.action satisfies never;
  }
}

async function duplicate(
  tx: Queryable,
  delivery: FirstDelivery,
  copies: number,
  parallel: boolean,
  nowMs: number,
): Promise<void> {
  let after = delivery.id;
  for (let made = 0; made < copies; made += 1) {
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO delivery (event_id, endpoint_id, kind, due_at_ms, fault, after_id)
       VALUES ($1, $2, 'duplicate', $3, 'duplicate', $4) RETURNING id`,
      [delivery.event_id, delivery.endpoint, nowMs, parallel ? null : after],
    );
    after = row?.id ?? after;
  }
}

/** Stripe sometimes sends two events for one change; only their ids differ. */
async function copy(tx: Queryable, delivery: FirstDelivery, nowMs: number): Promise<void> {
  const id = newStripeId("evt");
  await copyEvent(tx, delivery.event_id, id, 1);
  await tx.query(
    "INSERT INTO delivery (event_id, endpoint_id, due_at_ms, fault) VALUES ($1, $2, $3, 'copy')",
    [id, delivery.endpoint, nowMs],
  );
}

/** Copies the event under a new id; the caller queues its deliveries. */
export async function copyEvent(
  tx: Queryable,
  eventId: string,
  newId: string,
  endpointCount: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO event (id, type, created, object_id, data, request_id, idempotency_key, endpoint_count)
     SELECT $2, type, created, object_id, data, request_id, idempotency_key, $3 FROM event WHERE id = $1`,
    [eventId, newId, endpointCount],
  );
}

/** Makes each delivery wait for the one after it, so that the last one goes first. */
async function hold(
  tx: Queryable,
  delivery: FirstDelivery,
  { fault, held, isLast }: DeliveryHit,
  nowMs: number,
): Promise<void> {
  const previous = held.at(-1);
  if (previous) await tx.query("UPDATE delivery SET after_id = $2 WHERE id = $1", [previous, delivery.id]);
  await tx.query("UPDATE delivery SET due_at_ms = $2 WHERE id = ANY ($1::bigint[])", [
    [...held, delivery.id],
    isLast ? nowMs : nowMs + fault.delayMs,
  ]);
}
