import { Prisma, prisma, type Tx } from "@/lib/platform/db";
import { type EventHint, hintFromStored } from "@/lib/stripe";

/** Between two tries of ours; Stripe retries by its own schedule beside it. */
const RETRY_MINUTES = [1, 2, 5, 10, 30, 60];

/** What became of an event, or null when it was never stored. */
export async function findEventStatus(eventId: string): Promise<string | null> {
  const row = await prisma().stripeEvent.findUnique({
    where: { stripeEventId: eventId },
    select: { status: true },
  });
  return row?.status ?? null;
}

/**
 * Writes an event as finished, together with its effects in one transaction.
 *
 * @returns false when another transaction has finished it before: then nothing must be done
 */
export async function claimEvent(
  tx: Tx,
  event: EventHint,
  status: "processed" | "ignored",
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>(Prisma.sql`
    INSERT INTO stripe_event (stripe_event_id, type, livemode, api_version, object_id, payload, status, occurred_at, finished_at)
    VALUES (${event.id}, ${event.type}, ${event.livemode}, ${event.apiVersion}, ${event.objectId},
            ${storable(event.payload)}::jsonb, ${status}, ${event.occurredAt}, clock_timestamp())
    ON CONFLICT (stripe_event_id) DO UPDATE
    SET status = excluded.status, finished_at = excluded.finished_at, next_try_at = NULL, last_error = NULL,
        attempts = stripe_event.attempts + 1
    WHERE stripe_event.status = 'failed'
    RETURNING 1 AS one`);
  return rows.length > 0;
}

/** Remembers that an event could not be handled, so that we try it again ourselves. */
export async function markFailed(event: EventHint, error: unknown, now: Date): Promise<void> {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const firstRetry = new Date(now.getTime() + retryDelayMs(1));
  await prisma().$executeRaw(Prisma.sql`
    INSERT INTO stripe_event (stripe_event_id, type, livemode, api_version, object_id, payload, status, occurred_at, last_error, next_try_at)
    VALUES (${event.id}, ${event.type}, ${event.livemode}, ${event.apiVersion}, ${event.objectId},
            ${storable(event.payload)}::jsonb, 'failed', ${event.occurredAt}, ${message}, ${firstRetry})
    ON CONFLICT (stripe_event_id) DO UPDATE
    SET attempts = stripe_event.attempts + 1, last_error = excluded.last_error
    WHERE stripe_event.status = 'failed'`);
}

/** Takes the longest due failed event and plans its next try at once, so that a crash here only delays it. */
export async function claimDueEvent(now: Date): Promise<EventHint | null> {
  return prisma().$transaction(async (tx) => {
    const rows = await tx.$queryRaw<
      { stripe_event_id: string; attempts: number; payload: unknown }[]
    >(Prisma.sql`
      SELECT stripe_event_id, attempts, payload FROM stripe_event
      WHERE status = 'failed' AND next_try_at <= ${now}::timestamptz
      ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
    const row = rows[0];
    if (!row) return null;
    await tx.stripeEvent.update({
      where: { stripeEventId: row.stripe_event_id },
      data: { nextTryAt: new Date(now.getTime() + retryDelayMs(row.attempts)) },
    });
    return hintFromStored(row.payload);
  });
}

/**
 * The event as JSON that Postgres takes: it has no place for a NUL nor for half of a surrogate pair, which a name may have
 * that was cut in the middle. What it says is only shown to people; Stripe is read again.
 */
function storable(payload: unknown): string {
  // In names as in values. `JSON.stringify` always escapes these; a backslash before the `u` may itself be escaped.
  return JSON.stringify(payload).replace(/\\\\|\\u(?:0000|d[89a-f][\da-f]{2})/g, (sequence) =>
    sequence === "\\\\" ? sequence : "\ufffd",
  );
}

function retryDelayMs(attempts: number): number {
  const minutes = RETRY_MINUTES[Math.min(attempts, RETRY_MINUTES.length) - 1] ?? 60;
  return minutes * 60_000;
}
