import { withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { dueItems } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import {
  type EventHint,
  isUnanswered,
  MAX_UNANSWERED,
  STRIPE_API_VERSION,
  verifyDelivery,
} from "@/lib/stripe";
import type { EventHandler } from "./handler";
import { HANDLERS } from "./handlers";
import {
  claimDueEvent,
  claimEvent,
  type DueEvent,
  findDueEvents,
  findEventStatus,
  markFailed,
  markUnreadable,
  takeUpUnhandledEvents,
} from "./inbox";

/** What a delivery can come to. */
export const RECEIVED_AS = ["processed", "unhandled", "foreign", "duplicate"] as const;
export type ReceivedAs = (typeof RECEIVED_AS)[number];

/** Due events read at once. */
const PAGE = 100;

/**
 * Takes one delivery of Stripe's. When this returns, the effects are committed; when it throws, Stripe and our own
 * sweep try again.
 *
 * @param rawBody the exact bytes as text: the signature is over them
 * @throws InvalidRequestError the delivery is not Stripe's; nothing is stored
 */
export async function receiveDelivery(
  rawBody: string,
  signature: string | null,
  now: Date = new Date(),
): Promise<{ eventId: string; as: ReceivedAs }> {
  const event = verifyDelivery(rawBody, signature);
  return { eventId: event.id, as: await handleOnce(event, now) };
}

async function handleOnce(event: EventHint, now: Date): Promise<ReceivedAs> {
  if (await isKnown(event)) return "duplicate";
  try {
    return await handle(event, now);
  } catch (error) {
    // Should this fail too, the database is away: then Stripe's own retry is all there is, and enough.
    const isNews = await markFailed(event, error, now).catch(() => true);
    const facts = { eventId: event.id, type: event.type, err: error };
    // The first time and when the reason changes, not at each of its tries.
    if (isNews) log().error(facts, "an event could not be handled");
    else log().debug(facts, "an event could still not be handled");
    throw error;
  }
}

/** Whether nothing is left to do for an event: it is finished, or it waits for a version that knows its type. */
async function isKnown(event: EventHint): Promise<boolean> {
  const status = await findEventStatus(event.id);
  return status === "processed" || status === "foreign" || (status === "unhandled" && !handlerOf(event.type));
}

async function handle(event: EventHint, now: Date): Promise<ReceivedAs> {
  if (event.livemode !== livemode()) {
    log().warn({ eventId: event.id, livemode: event.livemode }, "an event of the other mode is foreign");
    return finishWithoutEffect(event, "foreign");
  }
  const handler = handlerOf(event.type);
  if (!handler) return finishWithoutEffect(event, "unhandled");
  if (event.apiVersion !== STRIPE_API_VERSION) {
    log().warn(
      { eventId: event.id, apiVersion: event.apiVersion },
      "the webhook endpoint has another API version",
    );
  }
  const result = await handler(event, (tx) => claimEvent(tx, event, "processed"), now);
  return result === "foreign" ? finishWithoutEffect(event, "foreign") : "processed";
}

function handlerOf(type: string): EventHandler | undefined {
  return Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
}

async function finishWithoutEffect(
  event: EventHint,
  status: "foreign" | "unhandled",
): Promise<"foreign" | "unhandled"> {
  await withTransaction((tx) => claimEvent(tx, event, status));
  return status;
}

/**
 * Tries again the events that failed and are due, and takes up those of types that this version is the first to know.
 * Each stands alone: one that fails, or cannot even be read, does not keep the others waiting. Several sweeps at once
 * share the work.
 */
export async function retryFailedEvents(
  now: Date = new Date(),
): Promise<{ retried: number; failed: number }> {
  const result = { retried: 0, failed: 0 };
  await takeUpUnhandledEvents(Object.keys(HANDLERS), now);
  let unanswered = 0;
  for await (const due of dueItems<DueEvent>((after) => findDueEvents(now, after, PAGE))) {
    const outcome = await retryEvent(due.stripe_event_id, now);
    if (outcome === "taken") continue;
    result.retried++;
    if (outcome !== "handled") result.failed++;
    unanswered = outcome === "unanswered" ? unanswered + 1 : 0;
    if (unanswered >= MAX_UNANSWERED) break;
  }
  return result;
}

/** Does not throw. `taken`: by another sweep. */
async function retryEvent(
  eventId: string,
  now: Date,
): Promise<"handled" | "failed" | "unanswered" | "taken"> {
  let event: EventHint | null;
  try {
    event = await claimDueEvent(eventId, now);
  } catch (error) {
    if (await markUnreadable(eventId, error).catch(() => true)) {
      log().error({ eventId, err: error }, "a stored event cannot be read");
    }
    return "failed";
  }
  if (!event) return "taken";
  try {
    await handleOnce(event, now);
    return "handled";
  } catch (error) {
    return isUnanswered(error) ? "unanswered" : "failed";
  }
}
