import { onPool, prisma, type Statement } from "@/lib/platform/db";

/** `poll` reads the newest events every few seconds, `sweep` reads all of them again every hour. */
export type EventReader = "poll" | "sweep";

/** How far a list of events was read, and until when it is left alone because reading it failed. */
export interface EventCursor {
  reachedAt: Date | null;
  failures: number;
  retryAt: Date | null;
}

const NEW: EventCursor = { reachedAt: null, failures: 0, retryAt: null };

export async function findCursor(list: string, reader: EventReader): Promise<EventCursor> {
  return (await prisma().stripeEventCursor.findUnique({ where: { list_reader: { list, reader } } })) ?? NEW;
}

/** Never moves a cursor back: two workers may read at once. */
const ADVANCE: Statement = {
  name: "event_cursor_advance",
  text: `
    INSERT INTO stripe_event_cursor AS known (list, reader, reached_at, read_at)
    VALUES ($1, $2, $3::timestamptz, $4::timestamptz)
    ON CONFLICT (list, reader) DO UPDATE
    SET reached_at = greatest(known.reached_at, excluded.reached_at), read_at = excluded.read_at,
        failures = 0, retry_at = NULL`,
};

/**
 * Moves a cursor forward, after all events before it were stored.
 *
 * @param reachedAt the time of the newest event that was read; null when there was none
 */
export async function advanceCursor(
  list: string,
  reader: EventReader,
  reachedAt: Date | null,
  now: Date,
): Promise<void> {
  await onPool().run(ADVANCE, [list, reader, reachedAt?.toISOString() ?? null, now.toISOString()]);
}

const FAIL: Statement = {
  name: "event_cursor_fail",
  text: `
    INSERT INTO stripe_event_cursor AS known (list, reader, failures, retry_at) VALUES ($1, $2, $3::int, $4::timestamptz)
    ON CONFLICT (list, reader) DO UPDATE SET failures = excluded.failures, retry_at = excluded.retry_at`,
};

/** Records that a list could not be read, and when it is read again. */
export async function recordFailure(
  list: string,
  reader: EventReader,
  failures: number,
  retryAt: Date,
): Promise<void> {
  await onPool().run(FAIL, [list, reader, String(failures), retryAt.toISOString()]);
}
