import { Prisma, prisma, type Tx } from "@/lib/platform/db";
import { type EventHint, hintFromStored } from "@/lib/stripe";

/** The waits between our retries, after the first one. Stripe retries by its own schedule as well. */
const RETRY_MINUTES = [1, 2, 5, 10, 30, 60];

/** Most failures are over a moment later, and a payment may wait for its credit. */
const FIRST_RETRY_MS = 5_000;

/** An event that is not finished after this belongs to a process that died. */
const MAX_HANDLING_MS = 60_000;

/** Events of newly known types that are scheduled at once. The rest waits for the next sweep. */
const MAX_SCHEDULED = 1_000;

/**
 * `processed` and `foreign` are final. `received` has begun and is retried if it does not end. `unhandled` waits for a version
 * that knows the type, `failed` for the next retry.
 */
export type EventStatus = "received" | "processed" | "foreign" | "unhandled" | "failed";

/**
 * Stores an event before anything is done about it, so that a crash in the middle only delays it.
 *
 * @returns the status of the event, which may have been stored before
 */
export async function storeEvent(event: EventHint, now: Date): Promise<EventStatus> {
  const abandonedAt = new Date(now.getTime() + MAX_HANDLING_MS);
  const [row] = await prisma().$queryRaw<{ status: EventStatus }[]>(Prisma.sql`
    WITH stored AS (
      INSERT INTO stripe_event (stripe_event_id, type, livemode, api_version, object_id, payload, status, occurred_at,
                                attempts, next_try_at)
      VALUES (${event.id}, ${event.type}, ${event.livemode}, ${event.apiVersion}, ${event.objectId},
              ${storable(event.payload)}::jsonb, 'received', ${event.occurredAt}, 0, ${abandonedAt})
      ON CONFLICT (stripe_event_id) DO NOTHING
      RETURNING status
    )
    SELECT status FROM stored
    UNION ALL
    SELECT status FROM stripe_event WHERE stripe_event_id = ${event.id}
    LIMIT 1`);
  return row?.status ?? "received"; // another process has just stored it
}

/** Returns those of some events that were never stored, in their order. */
export async function findUnstoredEvents(events: readonly EventHint[]): Promise<EventHint[]> {
  if (events.length === 0) return [];
  const rows = await prisma().stripeEvent.findMany({
    where: { stripeEventId: { in: events.map(({ id }) => id) } },
    select: { stripeEventId: true },
  });
  const stored = new Set(rows.map(({ stripeEventId }) => stripeEventId));
  return events.filter(({ id }) => !stored.has(id));
}

/**
 * Marks an event as finished, in the transaction that writes its effects.
 *
 * @returns false when another transaction has finished the event; the caller must not write anything then
 */
export async function claimEvent(
  tx: Tx,
  event: EventHint,
  status: "processed" | "foreign" | "unhandled",
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    INSERT INTO stripe_event (stripe_event_id, type, livemode, api_version, object_id, payload, status, occurred_at, finished_at)
    VALUES (${event.id}, ${event.type}, ${event.livemode}, ${event.apiVersion}, ${event.objectId},
            ${storable(event.payload)}::jsonb, ${status}::text, ${event.occurredAt},
            CASE WHEN ${status}::text <> 'unhandled' THEN clock_timestamp() END)
    ON CONFLICT (stripe_event_id) DO UPDATE
    SET status = excluded.status, finished_at = excluded.finished_at, next_try_at = NULL, last_error = NULL,
        attempts = stripe_event.attempts + 1
    WHERE stripe_event.status IN ('received', 'failed', 'unhandled')
    RETURNING 1 AS one`);
  return rows.length > 0;
}

/**
 * Stores a failed event and schedules its next retry.
 *
 * @returns whether this is the event's first failure, or has another reason than the last one
 */
export async function markFailed(event: EventHint, error: unknown, now: Date): Promise<boolean> {
  const message = messageOf(error);
  const firstRetry = new Date(now.getTime() + FIRST_RETRY_MS);
  const [row] = await prisma().$queryRaw<{ is_new: boolean }[]>(Prisma.sql`
    WITH before AS (SELECT last_error FROM stripe_event WHERE stripe_event_id = ${event.id})
    INSERT INTO stripe_event (stripe_event_id, type, livemode, api_version, object_id, payload, status, occurred_at, last_error, next_try_at)
    VALUES (${event.id}, ${event.type}, ${event.livemode}, ${event.apiVersion}, ${event.objectId},
            ${storable(event.payload)}::jsonb, 'failed', ${event.occurredAt}, ${message}::text, ${firstRetry})
    ON CONFLICT (stripe_event_id) DO UPDATE
    SET status = 'failed', attempts = stripe_event.attempts + 1, last_error = excluded.last_error,
        next_try_at = CASE WHEN stripe_event.attempts = 0 THEN excluded.next_try_at
                           ELSE coalesce(stripe_event.next_try_at, excluded.next_try_at) END
    WHERE stripe_event.status IN ('received', 'failed', 'unhandled')
    RETURNING (SELECT last_error FROM before) IS DISTINCT FROM last_error AS is_new`);
  return row?.is_new ?? false;
}

/**
 * Stores why a stored event cannot be read.
 *
 * @returns whether the reason is a new one
 */
export async function markUnreadable(eventId: string, error: unknown): Promise<boolean> {
  const [row] = await prisma().$queryRaw<{ is_new: boolean }[]>(Prisma.sql`
    UPDATE stripe_event event SET attempts = attempts + 1, last_error = ${messageOf(error)}::text
    FROM (SELECT last_error AS reason FROM stripe_event WHERE stripe_event_id = ${eventId}) AS before
    WHERE event.stripe_event_id = ${eventId} AND event.status IN ('received', 'failed')
    RETURNING before.reason IS DISTINCT FROM event.last_error AS is_new`);
  return row?.is_new ?? false;
}

function messageOf(error: unknown): string {
  return storableText(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** Makes unhandled events of these types due, a limited number at a time. */
export async function scheduleUnhandledEvents(types: readonly string[], now: Date): Promise<void> {
  await prisma().$executeRaw(Prisma.sql`
    UPDATE stripe_event SET status = 'failed', next_try_at = ${now}::timestamptz, last_error = NULL
    WHERE stripe_event_id IN (
      SELECT stripe_event_id FROM stripe_event
      WHERE status = 'unhandled' AND type = ANY (${[...types]}::text[])
      LIMIT ${MAX_SCHEDULED} FOR UPDATE SKIP LOCKED
    )`);
}

/** An event that is not finished, and since when it is due. */
export interface DueEvent {
  stripe_event_id: string;
  next_try_at: Date;
}

/** Returns one page of due events, failed ones and those whose handling never ended, those that have waited longest first. */
export function findDueEvents(now: Date, after: DueEvent | null, limit: number): Promise<DueEvent[]> {
  const isLater = after
    ? Prisma.sql`AND (next_try_at, stripe_event_id) > (${after.next_try_at}::timestamptz, ${after.stripe_event_id})`
    : Prisma.empty;
  return prisma().$queryRaw<DueEvent[]>(Prisma.sql`
    SELECT stripe_event_id, next_try_at FROM stripe_event
    WHERE status IN ('received', 'failed') AND next_try_at <= ${now}::timestamptz ${isLater}
    ORDER BY next_try_at, stripe_event_id LIMIT ${limit}`);
}

/**
 * Claims a due event for this worker. Its next retry is scheduled at once, so that a crash only delays it.
 *
 * @returns null when another worker has claimed it, or it is no longer due
 * @throws Error the stored event cannot be read
 */
export async function claimDueEvent(eventId: string, now: Date): Promise<EventHint | null> {
  const [row] = await prisma().$queryRaw<{ payload: unknown }[]>(Prisma.sql`
    UPDATE stripe_event
    SET next_try_at = ${now}::timestamptz
      + (${RETRY_MINUTES}::int[])[greatest(1, least(attempts, ${RETRY_MINUTES.length}::int))] * interval '1 minute'
    WHERE stripe_event_id = (
      SELECT stripe_event_id FROM stripe_event
      WHERE stripe_event_id = ${eventId} AND status IN ('received', 'failed') AND next_try_at <= ${now}::timestamptz
      FOR UPDATE SKIP LOCKED
    )
    RETURNING payload`);
  return row ? hintFromStored(row.payload) : null;
}

/**
 * Returns the event as JSON that Postgres accepts: without NUL and unpaired surrogates, which a truncated name may contain.
 * The payload is only shown to people, so replacing them does no harm.
 */
function storable(payload: unknown): string {
  // `JSON.stringify` always escapes these, in keys and in values. `\\` is an escaped backslash, not the start of an escape.
  return JSON.stringify(payload).replace(/\\\\|\\u(?:0000|d[89a-f][\da-f]{2})/g, (sequence) =>
    sequence === "\\\\" ? sequence : "\ufffd",
  );
}

function storableText(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, "\ufffd");
}
