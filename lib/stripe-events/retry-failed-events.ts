import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { type EventHint, isOutage, MAX_UNANSWERED } from "@/lib/stripe";
import {
  claimDueEvent,
  type DueEvent,
  findDueEvents,
  markUnreadable,
  scheduleUnhandledEvents,
} from "./event-store";
import { HANDLERS } from "./handlers";
import { handleEvent } from "./receive-event";

const PAGE_SIZE = 100;

/**
 * Retries the failed events that are due, and handles those of types that an earlier version did not know. An event that
 * fails again, or cannot be read, does not keep the others waiting. Several workers can run this at once and share the work.
 */
export async function retryFailedEvents(
  now: Date = new Date(),
): Promise<{ retried: number; failed: number }> {
  const result = { retried: 0, failed: 0 };
  await scheduleUnhandledEvents(Object.keys(HANDLERS), now);
  let unanswered = 0;
  for await (const due of dueItems<DueEvent>((after) => findDueEvents(now, after, PAGE_SIZE))) {
    const outcome = await retryEvent(due.stripe_event_id, now);
    if (outcome === "taken") continue;
    result.retried++;
    if (outcome !== "handled") result.failed++;
    unanswered = outcome === "unanswered" ? unanswered + 1 : 0;
    if (unanswered >= MAX_UNANSWERED) break;
  }
  return result;
}

/** Never throws. `taken`: another worker has the event. */
async function retryEvent(
  eventId: string,
  now: Date,
): Promise<"handled" | "failed" | "unanswered" | "taken"> {
  let event: EventHint | null;
  try {
    event = await claimDueEvent(eventId, now);
  } catch (error) {
    const isNewFailure = await markUnreadable(eventId, error).catch(() => true);
    if (isNewFailure) log().error({ eventId, err: error }, "could not read a stored event");
    return "failed";
  }
  if (!event) return "taken";
  try {
    await handleEvent(event, now);
    return "handled";
  } catch (error) {
    return isOutage(error) ? "unanswered" : "failed";
  }
}
