import { type CustomerActor, idempotencyOwner } from "@/lib/auth";
import type { Cents } from "@/lib/money";
import { isDuplicate, isKeyTaken, prisma, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";
import { checkoutParams } from "./checkout-params";
import { TopUpAmountOutOfRangeError, TopUpEndedError } from "./errors";
import { addTimelineEntry, refOf, type TopUpIntent } from "./intents";
import { type OpenedSession, openCheckoutSession } from "./open-checkout-session";
import { readTopUp } from "./read-top-up";
import { MAX_TOP_UP, MIN_TOP_UP, SESSION_LIFETIME_MS } from "./rules";

export type StartTopUpInput =
  | { mode: "payment"; amount: Cents; savePaymentMethod: boolean }
  | { mode: "setup" };

export interface StartedTopUp extends OpenedSession {
  /** True when an earlier request with the same idempotency key started the top-up. */
  isReplay: boolean;
}

const KEY_CONSTRAINT = "topup_intent_customer_id_idempotency_owner_idempotency_key_key";

/** How long the sweep waits before it checks a new intent. */
const FIRST_CHECK_AFTER_MS = 10 * 60_000;

/**
 * Starts a top-up, or in mode `setup` saves a card, and returns the URL of the Checkout page. The balance does not change
 * here: `settleTopUp` credits it when Stripe confirms the payment.
 *
 * The intent is committed first, then the session is created at Stripe, then its id is stored. After a crash in between,
 * a retry with the same key or the sweep finishes the work.
 *
 * @param input.amount whole cents, $5 to $5,000
 * @param idempotencyKey the same key returns the same top-up
 * @throws TopUpAmountOutOfRangeError the amount is outside those limits
 * @throws IdempotencyConflictError the key was used for another request
 * @throws TopUpEndedError the top-up of this key ended without money, or was started in the other mode
 * @throws StripeUnavailableError Stripe did not respond; the intent is stored, retry with the same key
 */
export async function startTopUp(
  actor: CustomerActor,
  input: StartTopUpInput,
  idempotencyKey: string | null,
  now: Date = new Date(),
): Promise<StartedTopUp> {
  if (input.mode === "payment" && (input.amount < MIN_TOP_UP || input.amount > MAX_TOP_UP)) {
    throw new TopUpAmountOutOfRangeError();
  }
  const found = await findOrInsertIntent(actor, input, idempotencyKey, now);
  const { isReplay } = found;
  const intent = isReplay ? await refreshIntent(actor, found.intent, now) : found.intent;
  // Between the transactions, because a network call must not hold database locks.
  const opened = await openCheckoutSession(intent, now);
  return { ...opened, isReplay };
}

/**
 * Settles an open intent from Stripe, because a Checkout page that has ended must not be returned again.
 *
 * @throws ServiceUnavailableError the page has expired, and Stripe does not say whether it was paid
 */
async function refreshIntent(actor: CustomerActor, known: TopUpIntent, now: Date): Promise<TopUpIntent> {
  if (known.status !== "open") return known;
  const { intent } = await readTopUp(actor.customerId, known.topUpIntentId, now);
  if (intent.status === "open" && hasExpired(intent, now)) {
    throw new ServiceUnavailableError(
      "The status of this top-up cannot be confirmed with Stripe right now. Please try again.",
    );
  }
  return intent;
}

function hasExpired({ sessionExpiresAt }: TopUpIntent, now: Date): boolean {
  return sessionExpiresAt !== null && sessionExpiresAt <= now;
}

async function findOrInsertIntent(
  actor: CustomerActor,
  input: StartTopUpInput,
  idempotencyKey: string | null,
  now: Date,
): Promise<{ intent: TopUpIntent; isReplay: boolean }> {
  const requestHash = hashOfRequest(input);
  const known = idempotencyKey && (await findByKey(actor, idempotencyKey));
  if (known) return { intent: assertSameRequest(known, requestHash), isReplay: true };
  try {
    return { intent: await insertIntent(actor, input, idempotencyKey, requestHash, now), isReplay: false };
  } catch (error) {
    if (isKeyTaken(error)) throw new IdempotencyConflictError(); // used by a charge or a hold
    // A concurrent request with the same key inserted the intent.
    const winner =
      idempotencyKey && isDuplicate(error, [KEY_CONSTRAINT]) ? await findByKey(actor, idempotencyKey) : null;
    if (!winner) throw error;
    return { intent: assertSameRequest(winner, requestHash), isReplay: true };
  }
}

function findByKey(actor: CustomerActor, idempotencyKey: string): Promise<TopUpIntent | null> {
  return prisma().topUpIntent.findUnique({
    where: {
      customerId_idempotencyOwner_idempotencyKey: {
        customerId: actor.customerId,
        idempotencyOwner: idempotencyOwner(actor),
        idempotencyKey,
      },
    },
  });
}

function assertSameRequest(intent: TopUpIntent, requestHash: string): TopUpIntent {
  if (intent.requestHash !== requestHash) throw new IdempotencyConflictError();
  // A page of the other mode could be paid, but would never be credited.
  if (intent.livemode !== livemode()) throw new TopUpEndedError("other_mode", intent.topUpIntentId);
  return intent;
}

function hashOfRequest(input: StartTopUpInput): string {
  const parts =
    input.mode === "payment" ? [input.mode, input.amount.toString(), input.savePaymentMethod] : [input.mode];
  return hashRequest(parts);
}

function insertIntent(
  actor: CustomerActor,
  input: StartTopUpInput,
  idempotencyKey: string | null,
  requestHash: string,
  now: Date,
): Promise<TopUpIntent> {
  const { customerId } = actor;
  const topUpIntentId = newId("topUp");
  const expiresAt = new Date(now.getTime() + SESSION_LIFETIME_MS);
  const order = {
    customerId,
    topUpIntentId,
    mode: input.mode,
    // At most 500,000, which a 32-bit column and JSON hold exactly.
    amountCents: input.mode === "payment" ? Number(input.amount) : null,
    savePaymentMethod: input.mode === "payment" && input.savePaymentMethod,
  };
  return withCustomerTransaction(customerId, async (tx) => {
    const intent = await tx.topUpIntent.create({
      data: {
        ...order,
        livemode: livemode(),
        idempotencyOwner: idempotencyKey ? idempotencyOwner(actor) : null,
        idempotencyKey,
        requestHash,
        sessionParams: JSON.parse(JSON.stringify(checkoutParams({ ...order, expiresAt }))),
        sessionExpiresAt: expiresAt,
        apiKeyId: actor.kind === "customer_key" ? actor.apiKeyId : null,
        userId: actor.kind === "session" ? actor.userId : null,
        createdAt: now,
        nextCheckAt: new Date(now.getTime() + FIRST_CHECK_AFTER_MS),
      },
    });
    await addTimelineEntry(tx, refOf(intent), "created", now);
    return intent;
  });
}
