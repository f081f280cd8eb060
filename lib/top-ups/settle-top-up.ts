import { findOwner, findStripeCustomer, type StripeCustomerLink } from "@/lib/customers";
import { StaleCardsSignal } from "@/lib/payment-methods";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { applyDecision } from "./apply-decision";
import { findIntent, lockIntent, type TopUpRef } from "./intents";
import { recordDelay } from "./record-delay";
import type { Decision } from "./rules";
import type { SessionRead, SessionReads } from "./session-reads";

/**
 * What `settleTopUp` did. Nothing was written for `duplicate` (the caller's claim returned false), `unknown_session`, and
 * `other_mode` (intent and session differ in test or live mode).
 */
export type SettleOutcome = Decision["do"] | "duplicate" | "unknown_session" | "other_mode";

/** How a top-up is settled. */
export interface SettleTopUpOptions {
  /** Runs first in the transaction and stores the event; false means that the event was handled before. */
  claim?: (tx: Tx) => Promise<boolean>;
  now?: Date;
  /** When Stripe said that the money has arrived, if an event said so. */
  paidAt?: Date | null;
  /** Sessions that were read from Stripe just before. */
  reads?: SessionReads | undefined;
}

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
 * @throws StripeUnavailableError Stripe could not be read; nothing changed
 */
export async function settleTopUp(
  ref: TopUpRef,
  sessionId: string,
  options: SettleTopUpOptions = {},
): Promise<SettleOutcome> {
  const { claim, now = new Date(), paidAt = null, reads } = options;
  for (let read = 1; read <= MAX_READS; read++) {
    const known = reads?.find(ref, sessionId) ?? (await readFromStripe(ref, sessionId));
    if (!known) return "unknown_session";
    const { seen, link, session } = known;
    if (session.livemode !== seen.livemode) {
      log().warn({ ...ref, sessionId }, "a Checkout Session of the other mode names a top-up");
      return "other_mode";
    }
    const stripeCustomerId = await expectedStripeCustomer(ref, session, link);
    try {
      const settled = await withCustomerTransaction(ref.customerId, async (tx) => {
        if (claim && !(await claim(tx))) throw new DuplicateSignal();
        const intent = await lockIntent(tx, ref);
        if (intent.version !== seen.version) throw new StaleReadSignal();
        const context = { stripeCustomerId, link, now, paidAt };
        const outcome = await applyDecision(tx, intent, session, context);
        return { outcome, after: await readAfter(tx, ref) };
      });
      reads?.confirm(known, settled.after.version);
      if (settled.outcome === "credit") await recordDelay(settled.after.paidAt);
      logOutcome(ref, session, settled.outcome);
      return settled.outcome;
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal || error instanceof StaleCardsSignal)) throw error;
      reads?.forget(known);
    }
  }
  throw new ServiceUnavailableError("This top-up is being updated by other requests. Please try again.", {
    reason: "busy",
  });
}

function readAfter(tx: Tx, { customerId, topUpIntentId }: TopUpRef) {
  return tx.topUpIntent.findUniqueOrThrow({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    select: { version: true, paidAt: true },
  });
}

/** Notes what is stored before it reads Stripe, so that a change in between is noticed. */
async function readFromStripe(ref: TopUpRef, sessionId: string): Promise<SessionRead | null> {
  const [seen, link] = await Promise.all([findIntent(ref), findStripeCustomer(ref.customerId)]);
  const session = await retrieveCheckoutSession(sessionId);
  return seen && session ? { seen, link, session } : null;
}

/**
 * Returns the Stripe customer that a session must name. One that was deleted after it paid counts too, because its money
 * has arrived.
 */
export async function expectedStripeCustomer(
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
