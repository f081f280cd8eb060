import { OPERATOR_ALERTS, reportFailedItem } from "@/lib/platform/alerts";
import { log } from "@/lib/platform/log";
import { asLookUp, type EventHint, isSetupError, isUnanswered, listEvents, pagesOf } from "@/lib/stripe";
import { type EventList, eventLists, findUnstoredEvents } from "@/lib/stripe-events";
import {
  advanceCursor,
  type EventCursor,
  type EventReader,
  findCursor,
  recordFailure,
} from "./event-cursors";
import { handleEvents } from "./handle-events";

/** What reading the events at Stripe did. */
export interface EventsRead {
  /** Events that were not stored, and are now. */
  handled: number;
  /** Events whose handler failed. They are stored and retried. */
  failed: number;
  /** Lists that could not be read. */
  unreadable: number;
}

/** Stripe may show an event a moment after the time that it carries. */
const POLL_OVERLAP_MS = 60_000;
const SWEEP_OVERLAP_MS = 3_600_000;

/** Where a reader begins that has never read. */
const POLL_BEGIN_MS = 3_600_000;
const SWEEP_BEGIN_MS = 3 * 24 * 3_600_000;

/** Pages whose events are handled together: 5,000 events. */
const PAGES_AT_ONCE = 50;

/** Waits after a failure: a missing permission is not there a moment later. */
const SETUP_RETRY_MINUTES = [1, 5, 15, 60];
const RETRY_SECONDS = [5, 10, 30, 60];

/**
 * Reads the newest events about money at Stripe and handles those that no webhook has delivered. It reads down to the cursor, and beyond it
 * until a whole page is known. More than 5,000 new events at once are left to the hourly sweep.
 */
export function pollEvents(now: Date = new Date()): Promise<EventsRead> {
  const lists = eventLists().filter(({ isMoney }) => isMoney);
  return readLists("poll", now, lists, readNewest);
}

/**
 * Reads all events again since the last sweep, less an hour, and handles those that are not stored.
 *
 * @param options.since reads from there instead
 * @param options.isRequested whether a person waits for it: a list that could not be read is tried again at once
 */
export function sweepEvents(
  now: Date = new Date(),
  { since = null, isRequested = false }: { since?: Date | null; isRequested?: boolean } = {},
): Promise<EventsRead> {
  const read: ReadList = (list, cursor, at) => readAll(list, cursor, at, since);
  return readLists("sweep", now, eventLists(), read, isRequested);
}

type ReadList = (
  list: EventList,
  cursor: EventCursor,
  now: Date,
) => Promise<{ newest: Date | null; handled: number; failed: number }>;

/** A list that cannot be read does not keep the others waiting. */
function readLists(
  reader: EventReader,
  now: Date,
  lists: readonly EventList[],
  read: ReadList,
  isRequested = false,
): Promise<EventsRead> {
  return asLookUp(async () => {
    const result: EventsRead = { handled: 0, failed: 0, unreadable: 0 };
    for (const list of lists) {
      const cursor = await findCursor(list.name, reader);
      if (!isRequested && cursor.retryAt && cursor.retryAt > now) {
        result.unreadable++;
        continue;
      }
      try {
        const { newest, handled, failed } = await read(list, cursor, now);
        result.handled += handled;
        result.failed += failed;
        await advanceCursor(list.name, reader, newest, now);
      } catch (error) {
        result.unreadable++;
        await backOff(list, reader, cursor, error, now);
      }
    }
    return result;
  });
}

async function backOff(
  list: EventList,
  reader: EventReader,
  { failures }: EventCursor,
  error: unknown,
  now: Date,
): Promise<void> {
  const waitMs = isSetupError(error)
    ? at(SETUP_RETRY_MINUTES, failures) * 60_000
    : at(RETRY_SECONDS, failures) * 1_000;
  await recordFailure(list.name, reader, failures + 1, new Date(now.getTime() + waitMs));
  if (isSetupError(error)) return; // it has its own alert and log line
  if (isUnanswered(error)) {
    if (failures === 0)
      log().warn({ list: list.name, reader, err: error }, "could not read the events at Stripe");
    return;
  }
  const message = "The events at Stripe could not be read.";
  await reportFailedItem(
    { customerId: OPERATOR_ALERTS, kind: "events_not_read", subjectId: list.name, message },
    error,
  );
}

function at(waits: readonly number[], failures: number): number {
  return waits[Math.min(failures, waits.length - 1)] ?? 0;
}

const readNewest: ReadList = async (list, { reachedAt }, now) => {
  const begin = reachedAt ?? new Date(now.getTime() - POLL_BEGIN_MS);
  const from = new Date(begin.getTime() - POLL_OVERLAP_MS);
  let newest: Date | null = null;
  let pages = 0;
  const unstored: EventHint[] = [];
  for await (const page of pagesOf((window) => listEvents(list.types, window), { from })) {
    newest ??= page[0]?.occurredAt ?? null;
    const found = await findUnstoredEvents(page);
    unstored.push(...found);
    const oldest = page.at(-1)?.occurredAt;
    const isBeyondCursor = oldest !== undefined && oldest < begin;
    if ((found.length === 0 && isBeyondCursor) || ++pages === PAGES_AT_ONCE) break;
  }
  return { newest, ...(await handleEvents(unstored, now)) };
};

async function readAll(list: EventList, { reachedAt }: EventCursor, now: Date, since: Date | null) {
  const begin = reachedAt?.getTime() ?? now.getTime() - SWEEP_BEGIN_MS + SWEEP_OVERLAP_MS;
  const window = { from: since ?? new Date(begin - SWEEP_OVERLAP_MS) };
  const result = { newest: null as Date | null, handled: 0, failed: 0 };
  let unstored: EventHint[] = [];
  const handle = async () => {
    const { handled, failed } = await handleEvents(unstored, now);
    result.handled += handled;
    result.failed += failed;
    unstored = [];
  };
  for await (const page of pagesOf((part) => listEvents(list.types, part), window)) {
    result.newest ??= page[0]?.occurredAt ?? null;
    unstored.push(...(await findUnstoredEvents(page)));
    if (unstored.length >= PAGES_AT_ONCE * 100) await handle();
  }
  await handle();
  return result;
}
