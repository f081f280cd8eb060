import { findOwner, findStripeCustomer, type StripeCustomerLink } from "@/lib/customers";
import { StaleCardsSignal, settleCardAtStripe } from "@/lib/payment-methods";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { applyDecision, type CardsToKeep, savesCard } from "./apply-decision";
import { findIntent, lockIntent, type TopUpIntent, type TopUpRef } from "./intents";
import type { Decision } from "./rules";

/** What settling did; `duplicate` when the caller's claim said that the work was done before. */
export type SettleOutcome = Decision["do"] | "duplicate" | "unknown_session";

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
    const stripeCustomerId = await customerAtStripe(ref, session, link);
    const cards = await prepareCards(seen, session, link);
    try {
      const outcome = await withCustomerTransaction(ref.customerId, async (tx) => {
        if (options.claim && !(await options.claim(tx))) throw new DuplicateSignal();
        const intent = await lockIntent(tx, ref);
        if (intent.version !== seen.version) throw new StaleReadSignal();
        return applyDecision(tx, intent, session, { stripeCustomerId, cards, now });
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

/**
 * A card that is about to be stored becomes the default at Stripe, and its address the customer's, where there was none.
 * It happens before the transaction and may happen again. The card of a customer that was deleted went with it.
 */
async function prepareCards(
  intent: TopUpIntent,
  session: CheckoutFacts,
  link: StripeCustomerLink | null,
): Promise<CardsToKeep | null> {
  if (!savesCard(intent, session) || !session.card || !link) return null;
  if (session.stripeCustomerId !== link.stripeCustomerId) return null;
  const defaultCard = await settleCardAtStripe(link.stripeCustomerId, session.card);
  return { card: session.card, defaultCard, cardsVersion: link.cardsVersion };
}

function report(ref: TopUpRef, session: CheckoutFacts, outcome: SettleOutcome): void {
  const facts = { ...ref, sessionId: session.sessionId, outcome };
  if (outcome === "review" || outcome === "flag_second_payment")
    log().error(facts, "a payment needs a person");
  else if (outcome !== "nothing") log().info(facts, "top-up settled");
}
