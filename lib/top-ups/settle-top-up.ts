import { findOwner, findStripeCustomer, type StripeCustomerLink } from "@/lib/customers";
import { StaleCardsSignal } from "@/lib/payment-methods";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { applyDecision } from "./apply-decision";
import { findIntent, lockIntent, type TopUpRef } from "./intents";
import type { Decision } from "./rules";

/**
 * What settling did; `duplicate` when the caller's claim said that the work was done before, `other_mode` when intent and
 * session are not of the same mode, test or live: then nothing was written.
 */
export type SettleOutcome = Decision["do"] | "duplicate" | "unknown_session" | "other_mode";

/** How often the intent may move under our reading before we give up for now. */
const MAX_READS = 8;

/** Thrown to roll back: the intent moved after Stripe was read, so that what was read may be old. */
class StaleReadSignal extends Error {}

/** The work of another transaction that this one must not repeat. */
class DuplicateSignal extends Error {}

/**
 * Reads a Checkout Session again and brings its intent to the state that follows. The only way in which a top-up is
 * ever credited: webhook, return page and sweep all call it, any number of times, in any order.
 *
 * @param options.claim runs first in the transaction, for the event's row in the inbox; false means done before
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function settleTopUp(
  ref: TopUpRef,
  sessionId: string,
  options: { claim?: (tx: Tx) => Promise<boolean>; now?: Date } = {},
): Promise<SettleOutcome> {
  const now = options.now ?? new Date();
  for (let read = 1; read <= MAX_READS; read++) {
    const [seen, link] = await Promise.all([findIntent(ref), findStripeCustomer(ref.customerId)]);
    const session = await retrieveCheckoutSession(sessionId);
    if (!seen || !session) return "unknown_session";
    if (session.livemode !== seen.livemode) {
      log().warn({ ...ref, sessionId }, "a Checkout Session of the other mode names this top-up");
      return "other_mode";
    }
    const stripeCustomerId = await customerAtStripe(ref, session, link);
    try {
      const outcome = await withCustomerTransaction(ref.customerId, async (tx) => {
        if (options.claim && !(await options.claim(tx))) throw new DuplicateSignal();
        const intent = await lockIntent(tx, ref);
        if (intent.version !== seen.version) throw new StaleReadSignal();
        return applyDecision(tx, intent, session, { stripeCustomerId, link, now });
      });
      report(ref, session, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal || error instanceof StaleCardsSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is changing too fast. Please try again.", {
    reason: "busy",
  });
}

/**
 * The customer at Stripe whom a session must name. One that was deleted after it paid was this customer's too: its money
 * has arrived.
 */
async function customerAtStripe(
  { customerId }: TopUpRef,
  session: CheckoutFacts,
  link: StripeCustomerLink | null,
): Promise<string | null> {
  const named = session.stripeCustomerId;
  if (named === null || named === link?.stripeCustomerId) return named;
  const owner = await findOwner(named);
  const isOurs = owner?.kind === "customer" && owner.customerId === customerId;
  return isOurs ? named : (link?.stripeCustomerId ?? null);
}

function report(ref: TopUpRef, session: CheckoutFacts, outcome: SettleOutcome): void {
  const facts = { ...ref, sessionId: session.sessionId, outcome };
  if (outcome === "review" || outcome === "flag_second_payment")
    log().error(facts, "a payment needs a person");
  else if (outcome !== "nothing") log().info(facts, "top-up settled");
}
