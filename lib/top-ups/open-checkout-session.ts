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
import { addTimelineEntry, lockIntent, refOf, type TopUpIntent, updateIntent } from "./intents";
import { MIN_SESSION_LIFETIME_MS, SESSION_LIFETIME_MS } from "./rules";

/** An intent and its Checkout page. */
export interface OpenedSession {
  intent: TopUpIntent;
  url: string;
  sessionId: string;
  expiresAt: Date;
}

/** Two requests for one intent can interfere with each other this often. */
const MAX_ROUNDS = 3;

/**
 * Creates the Checkout Session of an intent, unless it has one. Sends the stored parameters under an idempotency key made
 * from the intent and the number of the attempt. After a crash at any point this can be called again.
 *
 * @throws TopUpEndedError the top-up has ended
 * @throws StripeUnavailableError no response; the next call uses a new attempt, because Stripe replays a stored 500
 */
export async function openCheckoutSession(start: TopUpIntent, now: Date): Promise<OpenedSession> {
  const openedBefore = openedSession(start);
  if (openedBefore) return openedBefore;
  const { customerId } = refOf(start);
  let stripeCustomerId = await ensureStripeCustomer(customerId);
  let intent = start;
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const opened = openedSession(intent);
    if (opened) return opened;
    if (isTooOld(intent, now)) intent = await nextAttempt(intent, now, "session_outdated");
    const session = await createSession(intent, stripeCustomerId, now);
    if (session === "customer_deleted") {
      stripeCustomerId = await ensureStripeCustomer(customerId);
      intent = await nextAttempt(intent, now, "session_failed");
      continue;
    }
    if (intent.sessionAttempt > 1) await expireOrphans(intent, stripeCustomerId, session.sessionId);
    intent = await attachSession(intent, session, now);
  }
  const opened = openedSession(intent);
  if (opened) return opened;
  throw new ServiceUnavailableError("Another request is opening this top-up. Please try again.", {
    reason: "busy",
  });
}

function openedSession(intent: TopUpIntent): OpenedSession | null {
  const { stripeSessionId: sessionId, stripeSessionUrl: url, sessionExpiresAt: expiresAt } = intent;
  const end = endOf(intent);
  if (end) throw new TopUpEndedError(end, intent.topUpIntentId);
  return sessionId && url && expiresAt ? { intent, sessionId, url, expiresAt } : null;
}

/** Returns how an intent ended without money, or null when it was paid or can be. */
function endOf({ status, stripeSessionId }: TopUpIntent): TopUpEnd | null {
  if (status === "expired" || status === "failed" || status === "canceled") return status;
  return status !== "created" && !stripeSessionId ? "failed" : null;
}

function isTooOld(intent: TopUpIntent, now: Date): boolean {
  return (intent.sessionExpiresAt?.getTime() ?? 0) - now.getTime() < MIN_SESSION_LIFETIME_MS;
}

/** Returns the idempotency key of an attempt. A new attempt is a new session. */
export function sessionKey(intent: TopUpIntent): string {
  return `${intent.mode === "setup" ? "setup" : "cs"}:${intent.topUpIntentId}:${intent.sessionAttempt}`;
}

/** @returns the session, or `customer_deleted` when another Stripe customer is needed */
async function createSession(
  intent: TopUpIntent,
  stripeCustomerId: string,
  now: Date,
): Promise<CheckoutFacts | "customer_deleted"> {
  const frozen = intent.sessionParams as unknown as CheckoutSessionParams;
  try {
    return await createCheckoutSession({ ...frozen, customer: stripeCustomerId }, sessionKey(intent));
  } catch (error) {
    // The event about the deletion may be late, or never arrive.
    if (isStripeRefusal(error) && error.isMissing) {
      if (await forgetDeletedCustomer(refOf(intent).customerId, stripeCustomerId, { now })) {
        return "customer_deleted";
      }
    }
    // The SDK has already retried with the same key. Stripe replays whatever it stored under a key for a day, even a 500,
    // so the next call needs a new attempt.
    log().warn(
      { topUpIntentId: intent.topUpIntentId, attempt: intent.sessionAttempt, err: error },
      "could not create a Checkout Session",
    );
    await nextAttempt(intent, now, "session_failed");
    throw error;
  }
}

/** Stores the parameters of another attempt, unless another request has done so. */
function nextAttempt(
  intent: TopUpIntent,
  now: Date,
  reason: "session_outdated" | "session_failed",
): Promise<TopUpIntent> {
  const ref = refOf(intent);
  return withCustomerTransaction(ref.customerId, async (tx) => {
    const locked = await lockIntent(tx, ref);
    if (locked.status !== "created" || locked.sessionAttempt !== intent.sessionAttempt) return locked;
    const expiresAt = new Date(now.getTime() + SESSION_LIFETIME_MS);
    const params = checkoutParams({ ...locked, mode: locked.mode as "payment" | "setup", expiresAt });
    await addTimelineEntry(tx, ref, reason, now, sessionKey(locked));
    return updateIntent(tx, ref, {
      sessionAttempt: locked.sessionAttempt + 1,
      sessionExpiresAt: expiresAt,
      sessionParams: JSON.parse(JSON.stringify(params)),
    });
  });
}

/** Expires sessions of earlier attempts whose response was lost. Nobody has their URL, but they must never be paid. */
async function expireOrphans(intent: TopUpIntent, stripeCustomerId: string, keep: string): Promise<void> {
  const { topUpIntentId, createdAt: since } = intent;
  for (const session of await findSessionsOfIntent({ stripeCustomerId, topUpIntentId, since })) {
    if (session.status === "open" && session.sessionId !== keep)
      await expireCheckoutSession(session.sessionId);
  }
}

/** Stores the session, unless another request has stored one or started another attempt. */
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
    await addTimelineEntry(tx, ref, "checkout_opened", now, session.sessionId);
    return updateIntent(tx, ref, {
      status: "open",
      stripeSessionId: session.sessionId,
      stripeSessionUrl: session.url,
    });
  });
}
