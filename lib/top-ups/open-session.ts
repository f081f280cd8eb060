import { ensureStripeCustomer, mapStripeObject } from "@/lib/customers";
import { forgetDeletedCustomer } from "@/lib/payment-methods";
import { withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import {
  type CheckoutFacts,
  type CheckoutSessionParams,
  createCheckoutSession,
  expireCheckoutSession,
  findSessionsOfIntent,
  isStripeRefusal,
} from "@/lib/stripe";
import { checkoutParams } from "./checkout-params";
import { type TopUpEnd, TopUpEndedError } from "./errors";
import { lockIntent, moveIntent, note, refOf, type TopUpIntent } from "./intents";
import { MIN_SESSION_LIFETIME_MS, SESSION_LIFETIME_MS } from "./rules";

/** An intent with the page on which it can be paid. */
export interface OpenedSession {
  intent: TopUpIntent;
  url: string;
  sessionId: string;
}

/** How often two requests for one intent may get in each other's way. */
const MAX_ROUNDS = 3;

/**
 * Opens the Checkout Session of an intent that has none: the frozen parameters, and a key made from the intent and the
 * number of the attempt. A crash at any point leaves an intent for which this can be called again.
 *
 * @throws StripeUnavailableError no answer; the next call uses a new attempt, because Stripe replays a stored 500
 */
export async function openSession(start: TopUpIntent, now: Date): Promise<OpenedSession> {
  const openedBefore = alreadyOpened(start);
  if (openedBefore) return openedBefore;
  const { customerId } = refOf(start);
  let stripeCustomerId = await ensureStripeCustomer(customerId);
  let intent = start;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const opened = alreadyOpened(intent);
    if (opened) return opened;
    if (isTooOld(intent, now)) intent = await nextAttempt(intent, now, "session_outdated");
    const session = await createOrMoveOn(intent, stripeCustomerId, now);
    if (session === "customer_deleted") {
      stripeCustomerId = await ensureStripeCustomer(customerId);
      intent = await nextAttempt(intent, now, "session_failed");
      continue;
    }
    if (intent.sessionAttempt > 1) await expireOrphans(intent, stripeCustomerId, session.sessionId);
    intent = await attachSession(intent, session, now);
  }
  const opened = alreadyOpened(intent);
  if (opened) return opened;
  throw new ServiceUnavailableError("Another request works on this top-up. Please try again.", {
    reason: "busy",
  });
}

function alreadyOpened(intent: TopUpIntent): OpenedSession | null {
  const { stripeSessionId: sessionId, stripeSessionUrl: url } = intent;
  const end = endOf(intent);
  if (end) throw new TopUpEndedError(end, intent.topUpIntentId);
  return sessionId && url ? { intent, sessionId, url } : null;
}

/** How an attempt ended without money; null for one that can be paid or was. */
function endOf({ status, stripeSessionId }: TopUpIntent): TopUpEnd | null {
  if (status === "expired" || status === "failed" || status === "canceled") return status;
  return status !== "created" && !stripeSessionId ? "failed" : null;
}

function isTooOld(intent: TopUpIntent, now: Date): boolean {
  return intent.sessionExpiresAt.getTime() - now.getTime() < MIN_SESSION_LIFETIME_MS;
}

/** The key of an attempt. Its number rises only for a deliberately new session. */
export function sessionKey(intent: TopUpIntent): string {
  return `${intent.mode === "setup" ? "setup" : "cs"}:${intent.topUpIntentId}:${intent.sessionAttempt}`;
}

/** @returns the session, or that Stripe has this customer no more: then another one is needed */
async function createOrMoveOn(
  intent: TopUpIntent,
  stripeCustomerId: string,
  now: Date,
): Promise<CheckoutFacts | "customer_deleted"> {
  const frozen = intent.sessionParams as unknown as CheckoutSessionParams;
  try {
    return await createCheckoutSession({ ...frozen, customer: stripeCustomerId }, sessionKey(intent));
  } catch (error) {
    // Its event may be under way, or may never come.
    if (isStripeRefusal(error) && error.isMissing) {
      if (await forgetDeletedCustomer(refOf(intent).customerId, stripeCustomerId, { now })) {
        return "customer_deleted";
      }
    }
    // The SDK has repeated the call with the same key already. What Stripe stored under that key, a 500 too, it would
    // answer again for a day: the next try needs the next attempt.
    log().warn(
      { topUpIntentId: intent.topUpIntentId, attempt: intent.sessionAttempt, err: error },
      "no Checkout Session",
    );
    await nextAttempt(intent, now, "session_failed");
    throw error;
  }
}

/** Freezes the parameters of one more attempt, unless another request has done so. */
function nextAttempt(intent: TopUpIntent, now: Date, why: string): Promise<TopUpIntent> {
  const ref = refOf(intent);
  return withCustomerTransaction(ref.customerId, async (tx) => {
    const locked = await lockIntent(tx, ref);
    if (locked.status !== "created" || locked.sessionAttempt !== intent.sessionAttempt) return locked;
    const expiresAt = new Date(now.getTime() + SESSION_LIFETIME_MS);
    const params = checkoutParams({ ...locked, mode: locked.mode as "payment" | "setup", expiresAt });
    await note(tx, ref, why, now, sessionKey(locked));
    return moveIntent(tx, ref, {
      sessionAttempt: locked.sessionAttempt + 1,
      sessionExpiresAt: expiresAt,
      sessionParams: JSON.parse(JSON.stringify(params)),
    });
  });
}

/** Ends sessions of earlier attempts whose answer never reached us. Nobody has their address, but nobody shall ever pay one. */
async function expireOrphans(intent: TopUpIntent, stripeCustomerId: string, keep: string): Promise<void> {
  const { topUpIntentId, createdAt: since } = intent;
  for (const session of await findSessionsOfIntent({ stripeCustomerId, topUpIntentId, since })) {
    if (session.status === "open" && session.sessionId !== keep)
      await expireCheckoutSession(session.sessionId);
  }
}

/** Stores the session, unless another request stored one or moved to another attempt. */
function attachSession(intent: TopUpIntent, session: CheckoutFacts, now: Date): Promise<TopUpIntent> {
  const ref = refOf(intent);
  return withCustomerTransaction(ref.customerId, async (tx) => {
    const locked = await lockIntent(tx, ref);
    if (locked.status !== "created" || locked.sessionAttempt !== intent.sessionAttempt) return locked;
    await mapStripeObject(tx, session.sessionId, {
      customerId: ref.customerId,
      kind: "checkout_session",
      ourId: ref.topUpIntentId,
    });
    await note(tx, ref, "checkout_opened", now, session.sessionId);
    return moveIntent(tx, ref, {
      status: "open",
      stripeSessionId: session.sessionId,
      stripeSessionUrl: session.url,
    });
  });
}
