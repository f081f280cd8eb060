import { log } from "@/lib/platform/log";
import { type EventHint, isOutage, MAX_UNANSWERED } from "@/lib/stripe";
import { handleEvent } from "@/lib/stripe-events";
import { isTopUpMetadata, readSessions, refOf, SessionReads, type TopUpRef } from "@/lib/top-ups";

/** Events whose session says that it is paid. They are handled before all others. */
const PAID_TYPES = new Set(["checkout.session.completed", "checkout.session.async_payment_succeeded"]);

/**
 * Handles events as if a webhook had delivered them, the paid sessions first. Their sessions are read together. One that fails
 * is stored as failed, and the others go on.
 *
 * @throws StripeUnavailableError Stripe cannot be read; the rest of the events is not stored
 */
export async function handleEvents(
  events: readonly EventHint[],
  now: Date,
): Promise<{ handled: number; failed: number }> {
  const result = { handled: 0, failed: 0 };
  const oldestFirst = [...events].sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
  const paid = oldestFirst.filter(({ type }) => PAID_TYPES.has(type));
  const others = oldestFirst.filter(({ type }) => !PAID_TYPES.has(type));
  const reads = await readTogether(events);
  let unanswered = 0;
  for (const event of [...paid, ...others]) {
    try {
      await handleEvent(event, now, reads);
      result.handled++;
      unanswered = 0;
    } catch (error) {
      result.failed++;
      unanswered = isOutage(error) ? unanswered + 1 : 0;
      if (unanswered >= MAX_UNANSWERED) throw error;
    }
  }
  return result;
}

/** Saves calls only: what cannot be read together is read one by one. */
async function readTogether(events: readonly EventHint[]): Promise<SessionReads> {
  try {
    return await readSessions(topUpsNamedIn(events));
  } catch (error) {
    log().warn({ err: error }, "could not read Checkout Sessions together");
    return new SessionReads();
  }
}

/** Returns the top-ups that the objects of some events name, each once. */
function topUpsNamedIn(events: readonly EventHint[]): TopUpRef[] {
  const refs = new Map<string, TopUpRef>();
  for (const { object } of events) {
    const { metadata } = object;
    if (!isTopUpMetadata(metadata)) continue;
    const { customer_id: customerId, topup_intent_id: topUpIntentId } = metadata;
    refs.set(topUpIntentId, refOf({ customerId, topUpIntentId }));
  }
  return [...refs.values()];
}
