import { withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { type EventHint, STRIPE_API_VERSION, verifyDelivery } from "@/lib/stripe";
import type { SessionReads } from "@/lib/top-ups";
import type { EventHandler } from "./event-handler";
import { claimEvent, markFailed, storeEvent } from "./event-store";
import { HANDLERS } from "./handlers";

/** The outcomes of a delivery. */
export const RECEIVED_AS = ["processed", "unhandled", "foreign", "duplicate"] as const;
export type ReceivedAs = (typeof RECEIVED_AS)[number];

/**
 * Receives a webhook delivery from Stripe. When this returns, the effects are committed. When it throws, both Stripe and
 * `retryFailedEvents` try again.
 *
 * @param rawBody the exact text of the body, which the signature covers
 * @throws InvalidRequestError the delivery is not from Stripe; nothing is stored
 */
export async function receiveDelivery(
  rawBody: string,
  signature: string | null,
  now: Date = new Date(),
): Promise<{ eventId: string; as: ReceivedAs }> {
  const event = verifyDelivery(rawBody, signature);
  return { eventId: event.id, as: await handleEvent(event, now) };
}

/**
 * Handles an event unless that was done before: stores it, then applies its effects and marks it as processed in one
 * transaction. A failure is stored, and a crash leaves it `received`; `retryFailedEvents` tries both again.
 *
 * @param reads Checkout Sessions that were read together for many events
 * @throws whatever the handler threw
 */
export async function handleEvent(event: EventHint, now: Date, reads?: SessionReads): Promise<ReceivedAs> {
  if (await isDuplicate(event, now)) return "duplicate";
  try {
    return await dispatch(event, now, reads);
  } catch (error) {
    // If this fails too, the database is down. Stripe retries by itself.
    const isNewFailure = await markFailed(event, error, now).catch(() => true);
    const facts = { eventId: event.id, type: event.type, err: error };
    // Retries that fail for the same reason would fill the log.
    if (isNewFailure) log().error(facts, "could not handle an event");
    else log().debug(facts, "an event failed again");
    throw error;
  }
}

/**
 * Stores an event.
 *
 * @returns whether there is nothing left to do: it is finished, or waits for a version of Brim that knows its type
 */
async function isDuplicate(event: EventHint, now: Date): Promise<boolean> {
  const status = await storeEvent(event, now);
  return status === "processed" || status === "foreign" || (status === "unhandled" && !handlerOf(event.type));
}

async function dispatch(event: EventHint, now: Date, reads?: SessionReads): Promise<ReceivedAs> {
  if (event.livemode !== livemode()) {
    log().warn({ eventId: event.id, livemode: event.livemode }, "ignored an event of the other mode");
    return finishWithoutEffect(event, "foreign");
  }
  const handler = handlerOf(event.type);
  if (!handler) return finishWithoutEffect(event, "unhandled");
  if (event.apiVersion !== STRIPE_API_VERSION) {
    const { id: eventId, apiVersion } = event;
    log().warn(
      { eventId, apiVersion },
      `the webhook endpoint does not use API version ${STRIPE_API_VERSION}`,
    );
  }
  const result = await handler(event, (tx) => claimEvent(tx, event, "processed"), now, reads);
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
