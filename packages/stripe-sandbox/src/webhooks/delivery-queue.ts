import { type EventRow, eventColumns } from "../events/present-event";
import type { Queryable, Row } from "../store/database";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { DeliveryResult } from "./send-delivery";
import { type EndpointSecrets, signingSecrets } from "./sign-payload";

export interface Delivery extends Row {
  id: string;
  event_id: string;
  endpoint_id: string;
  kind: "first" | "resend" | "duplicate";
  attempts: number;
}

/**
 * Claims due deliveries and counts the attempt. A claim that is not in flight here belongs to a killed process or to
 * an attempt whose result could not be written: it is taken over, so that the delivery is sent
 * again.
 */
export async function claimDue(
  db: Queryable,
  options: {
    bootId: string;
    nowMs: number;
    limit: number;
    onlyForced: boolean;
    /** Skips first deliveries that were not yet checked for faults. */
    onlyChecked: boolean;
    inFlight: string[];
  },
): Promise<Delivery[]> {
  const claimed = await db.query<Delivery>(
    `UPDATE delivery SET claimed_by = $1, attempts = attempts + 1
     WHERE id IN (
       SELECT id FROM delivery
       WHERE state = 'pending' AND due_at_ms <= $2 AND (claimed_by IS DISTINCT FROM $1 OR id <> ALL ($5::bigint[]))
         AND (NOT $4 OR kind <> 'first')
         AND (NOT $6 OR kind <> 'first' OR attempts > 0 OR fault IS NOT NULL)
         AND (after_id IS NULL OR NOT EXISTS (
           SELECT 1 FROM delivery earlier
           WHERE earlier.id = delivery.after_id AND earlier.state = 'pending'
             AND (earlier.attempts = 0 OR earlier.claimed_by IS NOT NULL)))
       ORDER BY due_at_ms, id LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING id, event_id, endpoint_id, kind, attempts`,
    [options.bootId, options.nowMs, options.limit, options.onlyForced, options.inFlight, options.onlyChecked],
  );
  return claimed.sort((a, b) => Number(a.id) - Number(b.id));
}

interface DeliveryTarget {
  event: EventRow;
  endpoint: Stripe.WebhookEndpoint;
  secrets: readonly string[];
}

/** Reads what to send and where; undefined if the endpoint is deleted or disabled. */
export async function readTarget(
  db: Queryable,
  delivery: Delivery,
  now: number,
): Promise<DeliveryTarget | undefined> {
  const [event] = await db.query<EventRow>(`SELECT ${eventColumns} FROM event WHERE id = $1`, [
    delivery.event_id,
  ]);
  const endpoint = await findObject<Stripe.WebhookEndpoint>(db, "webhook_endpoint", delivery.endpoint_id);
  if (!event || !endpoint || endpoint.deleted || endpoint.data.status !== "enabled") return undefined;
  return {
    event,
    endpoint: endpoint.data,
    secrets: signingSecrets(endpoint.private as EndpointSecrets, now),
  };
}

/** Records an attempt; a null `retryAtMs` means no more attempts. */
export async function recordAttempt(
  db: Queryable,
  id: string,
  result: DeliveryResult,
  nowMs: number,
  retryAtMs: number | null,
): Promise<void> {
  const state = result.succeeded ? "succeeded" : retryAtMs === null ? "failed" : "pending";
  await db.query(
    `UPDATE delivery SET state = $2, claimed_by = NULL, last_status = $3, last_error = $4,
       due_at_ms = coalesce($5, due_at_ms), delivered_at_ms = CASE WHEN $2 = 'succeeded' THEN $6::bigint END
     WHERE id = $1`,
    [id, state, result.status, result.error, retryAtMs, nowMs],
  );
}

/** Drops every waiting first delivery without sending it. */
export async function dropWaiting(db: Queryable): Promise<void> {
  await db.query(
    "UPDATE delivery SET state = 'dropped', last_error = 'dropped by the control API' WHERE state = 'pending' AND kind = 'first' AND claimed_by IS NULL",
  );
}

interface Redelivery {
  eventId: string;
  kind: "resend" | "duplicate";
  times: number;
  nowMs: number;
  /** Only to this endpoint. Default: every enabled one. */
  endpointId?: string | undefined;
}

/** Queues an event again, delivered or not. */
export async function queueRedelivery(db: Queryable, again: Redelivery): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `INSERT INTO delivery (event_id, endpoint_id, kind, due_at_ms)
     SELECT event.id, object.id, $2, $4 FROM event, object, generate_series(1, $3::int)
     WHERE event.id = $1 AND object.type = 'webhook_endpoint' AND NOT object.deleted
       AND object.refs @> '{"status": "enabled"}' AND ($5::text IS NULL OR object.id = $5)
     RETURNING delivery.id`,
    [again.eventId, again.kind, again.times, again.nowMs, again.endpointId ?? null],
  );
  return rows.map((row) => row.id);
}

/** Counts deliveries of the event that are still pending. */
export async function countUnanswered(db: Queryable, eventId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM delivery WHERE event_id = $1 AND state = 'pending'",
    [eventId],
  );
  return row?.count ?? 0;
}
