import { withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import {
  type EventHint,
  isUnanswered,
  MAX_UNANSWERED,
  STRIPE_API_VERSION,
  verifyDelivery,
} from "@/lib/stripe";
import { HANDLERS } from "./handlers";
import { claimDueEvent, claimEvent, findEventStatus, markFailed } from "./inbox";

/** What a delivery can come to. */
export const RECEIVED_AS = ["processed", "ignored", "duplicate"] as const;
export type ReceivedAs = (typeof RECEIVED_AS)[number];

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
  const known = await findEventStatus(event.id);
  if (known === "processed" || known === "ignored") return "duplicate";
  try {
    return await handle(event, now);
  } catch (error) {
    log().error({ eventId: event.id, type: event.type, err: error }, "an event could not be handled");
    // Should this fail too, the database is away: then Stripe's own retry is all there is, and enough.
    await markFailed(event, error, now).catch(() => {});
    throw error;
  }
}

async function handle(event: EventHint, now: Date): Promise<ReceivedAs> {
  const handler = HANDLERS[event.type];
  if (event.livemode !== livemode()) {
    log().warn({ eventId: event.id, livemode: event.livemode }, "an event of the other mode was ignored");
    return ignore(event);
  }
  if (!handler) return ignore(event);
  if (event.apiVersion !== STRIPE_API_VERSION) {
    log().warn(
      { eventId: event.id, apiVersion: event.apiVersion },
      "the webhook endpoint has another API version",
    );
  }
  const result = await handler(event, (tx) => claimEvent(tx, event, "processed"), now);
  return result === "ignored" ? ignore(event) : "processed";
}

async function ignore(event: EventHint): Promise<ReceivedAs> {
  await withTransaction((tx) => claimEvent(tx, event, "ignored"));
  return "ignored";
}

/** Tries again the events that failed and are due. Several sweeps at once share the work. */
export async function retryFailedEvents(
  now: Date = new Date(),
): Promise<{ retried: number; failed: number }> {
  const result = { retried: 0, failed: 0 };
  for (let unanswered = 0; unanswered < MAX_UNANSWERED; ) {
    const event = await claimDueEvent(now);
    if (!event) return result;
    result.retried++;
    const error = await handleOnce(event, now).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error) result.failed++;
    unanswered = isUnanswered(error) ? unanswered + 1 : 0;
  }
  return result;
}
