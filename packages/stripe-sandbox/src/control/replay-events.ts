import { noSuchObject } from "../api/stripe-error";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import type { Row } from "../store/database";
import { newStripeId } from "../store/ids";
import { copyEvent } from "../webhooks/apply-delivery-faults";
import { queueRedelivery } from "../webhooks/delivery-queue";
import type { DuplicateInput } from "./inputs";

const WAIT_MS = 15_000;

interface DeliveryState extends Row {
  id: string;
  event: string;
  type: string;
  endpoint: string;
  kind: string;
  state: string;
  attempts: number;
  status: number | null;
  error: string | null;
}

const columns = `delivery.id::text, event.id AS event, event.type, endpoint_id AS endpoint, kind, state, attempts,
  last_status AS status, last_error AS error`;

/** Lists the deliveries of one event, or the latest hundred, in queue order. */
export async function listDeliveries(
  runtime: Runtime,
  eventId: string | undefined,
): Promise<DeliveryState[]> {
  const rows = await runtime.db.query<DeliveryState>(
    `SELECT ${columns} FROM delivery JOIN event ON event.id = event_id
     WHERE $1::text IS NULL OR event.id = $1 ORDER BY delivery.id DESC LIMIT 100`,
    [eventId ?? null],
  );
  return rows.reverse();
}

/** Sends an event again to every enabled endpoint and waits for the responses. */
export async function resendEvent(runtime: Runtime, eventId: string): Promise<DeliveryState[]> {
  return queueAndWait(runtime, eventId, "resend", 1);
}

/** Sends an event several more times, in parallel or in sequence, and waits for the responses. */
export async function duplicateEvent(
  runtime: Runtime,
  eventId: string,
  { times, parallel }: DuplicateInput,
): Promise<DeliveryState[]> {
  if (parallel) return queueAndWait(runtime, eventId, "duplicate", times);
  const states: DeliveryState[] = [];
  for (let sent = 0; sent < times; sent += 1) {
    states.push(...(await queueAndWait(runtime, eventId, "duplicate", 1)));
  }
  return states;
}

async function queueAndWait(
  runtime: Runtime,
  eventId: string,
  kind: "resend" | "duplicate",
  times: number,
): Promise<DeliveryState[]> {
  const [event] = await runtime.db.query("SELECT id FROM event WHERE id = $1", [eventId]);
  if (!event) throw noSuchObject("event", eventId, "id");
  const ids = await queueRedelivery(runtime.db, { eventId, kind, times, nowMs: runtime.clock.nowMs() });
  runtime.deliveries.wake();
  return untilAttempted(runtime, ids);
}

/** Waits for the first response only: failures are retried on the usual schedule. */
async function untilAttempted(runtime: Runtime, ids: string[]): Promise<DeliveryState[]> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const states = await runtime.db.query<DeliveryState & { claimed_by: string | null }>(
      `SELECT ${columns}, claimed_by FROM delivery JOIN event ON event.id = event_id
       WHERE delivery.id = ANY($1::bigint[]) ORDER BY delivery.id`,
      [ids],
    );
    const waiting = states.filter((row) => row.attempts === 0 || row.claimed_by !== null);
    if (waiting.length === 0 || Date.now() > deadline)
      return states.map(({ claimed_by: _, ...state }) => state);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Sends a copy of an event under a new id to every enabled endpoint, as Stripe sometimes does.
 *
 * @throws StripeError 404 for an unknown event
 */
export async function copyEventNow(runtime: Runtime, eventId: string): Promise<{ id: string }> {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const [event] = await tx.query("SELECT 1 FROM event WHERE id = $1", [eventId]);
    if (!event) throw noSuchObject("event", eventId, "id");
    const id = newStripeId("evt");
    await copyEvent(tx, eventId, id, 0);
    const queued = await queueRedelivery(tx, { eventId: id, kind: "resend", times: 1, nowMs: tx.now * 1000 });
    await tx.query("UPDATE event SET endpoint_count = $2 WHERE id = $1", [id, queued.length]);
    return { id };
  });
}
