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
 * What `settleTopUp` did. Nothing was written for `duplicate` (the caller's claim returned false), `unknown_session`, and
 * `other_mode` (intent and session differ in test or live mode).
 */
export type SettleOutcome = Decision["do"] | "duplicate" | "unknown_session" | "other_mode";

/** Other transactions can change the intent while Stripe is read this often. */
const MAX_READS = 8;

/** Rolls back: the intent changed after Stripe was read, so what was read may be stale. */
class StaleReadSignal extends Error {}

/** Rolls back: another transaction has done the work. */
class DuplicateSignal extends Error {}

/**
 * Reads a Checkout Session from Stripe and updates its intent accordingly. This is the only way to credit a top-up: the
 * webhook, the return page and the sweep all call it, any number of times and in any order.
 *
 * @param options.claim runs first in the transaction and stores the event; false means that the event was handled before
 * @throws StripeUnavailableError Stripe could not be read; nothing changed
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
      log().warn({ ...ref, sessionId }, "a Checkout Session of the other mode names a top-up");
      return "other_mode";
    }
    const stripeCustomerId = await expectedStripeCustomer(ref, session, link);
    try {
      const outcome = await withCustomerTransaction(ref.customerId, async (tx) => {
        if (options.claim && !(await options.claim(tx))) throw new DuplicateSignal();
        const intent = await lockIntent(tx, ref);
        if (intent.version !== seen.version) throw new StaleReadSignal();
        return applyDecision(tx, intent, session, { stripeCustomerId, link, now });
      });
      logOutcome(ref, session, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal || error instanceof StaleCardsSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is being updated by other requests. Please try again.", {
    reason: "busy",
  });
}

/**
 * Returns the Stripe customer that a session must name. One that was deleted after it paid counts too, because its money
 * has arrived.
 */
async function expectedStripeCustomer(
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

function logOutcome(ref: TopUpRef, session: CheckoutFacts, outcome: SettleOutcome): void {
  const facts = { ...ref, sessionId: session.sessionId, outcome };
  if (outcome === "review" || outcome === "flag_second_payment")
    log().error(facts, "a payment needs a decision");
  else if (outcome !== "nothing") log().info(facts, "top-up settled");
}
