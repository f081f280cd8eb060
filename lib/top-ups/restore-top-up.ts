import { adoptStripeCustomer, findCustomer, mapStripeObject } from "@/lib/customers";
import { withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { type CheckoutFacts, retrieveCheckoutSession } from "@/lib/stripe";
import { addTimelineEntry, findIntent, type TopUpIntent, type TopUpRef } from "./intents";
import { MAX_TOP_UP, MIN_TOP_UP } from "./rules";

/** The metadata by which sessions, payments and invoices name their top-up. */
interface TopUpMetadata {
  customer_id: string;
  topup_intent_id: string;
}

/** Whether the metadata of an object at Stripe names a top-up. */
export function isTopUpMetadata(metadata: unknown): metadata is TopUpMetadata {
  const { customer_id, topup_intent_id } = (metadata ?? {}) as Record<string, unknown>;
  return typeof customer_id === "string" && typeof topup_intent_id === "string";
}

/**
 * Stores the top-up of a completed session again, when a customer is known but not the top-up: the database was restored from a
 * backup that is older. It is not credited here, but by the same rule as any other.
 *
 * @returns null when the session is none of ours, or not completed
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function restoreTopUp(sessionId: string, now: Date): Promise<TopUpIntent | null> {
  const session = await retrieveCheckoutSession(sessionId);
  if (session?.status !== "complete" || session.livemode !== livemode()) return null;
  const ref = await findNamedRef(session.metadata);
  if (!ref || !isPlausible(session)) return null;
  const known = await findIntent(ref);
  if (known) return known;

  if (session.stripeCustomerId) await adoptStripeCustomer(ref.customerId, session.stripeCustomerId);
  await withCustomerTransaction(ref.customerId, async (tx) => {
    const { count } = await tx.topUpIntent.createMany({
      data: rowOf(ref, session, now),
      skipDuplicates: true,
    });
    if (count === 0) return;
    const owner = { customerId: ref.customerId, kind: "checkout_session", ourId: ref.topUpIntentId } as const;
    await mapStripeObject(tx, session.sessionId, owner);
    await addTimelineEntry(tx, ref, "created", session.createdAt);
    await addTimelineEntry(tx, ref, "restored", now, session.sessionId);
  });
  log().warn({ ...ref, sessionId }, "a top-up that the database did not know was stored again");
  return findIntent(ref);
}

/** Returns the top-up that the metadata of an object at Stripe names, if its customer exists. */
export async function findNamedRef(metadata: Record<string, string>): Promise<TopUpRef | null> {
  if (!isTopUpMetadata(metadata)) return null;
  const { customer_id: customerId, topup_intent_id: topUpIntentId } = metadata;
  if (!isId("topUp", topUpIntentId)) return null;
  const customer = await findCustomer(customerId as CustomerId);
  return customer && { customerId: customer.customerId, topUpIntentId };
}

/** Returns the amount that was ordered, in cents. Stripe keeps it as we sent it. Null when it cannot be ours. */
export function orderedCents({ amount_usd_cents: cents = "" }: Record<string, string>): number | null {
  const amount = /^\d{1,6}$/.test(cents) ? Number(cents) : null;
  return amount !== null && amount >= MIN_TOP_UP && amount <= MAX_TOP_UP ? amount : null;
}

function isPlausible({ mode, metadata }: CheckoutFacts): boolean {
  return mode === "setup" || (mode === "payment" && orderedCents(metadata) !== null);
}

function rowOf(ref: TopUpRef, session: CheckoutFacts, now: Date) {
  return {
    ...ref,
    mode: session.mode,
    status: "open",
    amountCents: session.mode === "payment" ? orderedCents(session.metadata) : null,
    livemode: session.livemode,
    requestHash: "restored",
    sessionParams: {},
    sessionExpiresAt: session.expiresAt,
    stripeSessionId: session.sessionId,
    createdAt: session.createdAt,
    nextCheckAt: now,
  };
}
