import { type CustomerActor, idempotencyOwner } from "@/lib/auth";
import type { Cents } from "@/lib/money";
import { isDuplicate, isKeyTaken, prisma, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { IdempotencyConflictError, ServiceUnavailableError } from "@/lib/platform/errors";
import { newId } from "@/lib/platform/ids";
import { hashRequest } from "@/lib/platform/request-hash";
import { checkoutParams } from "./checkout-params";
import { TopUpAmountOutOfRangeError, TopUpEndedError } from "./errors";
import { note, refOf, type TopUpIntent } from "./intents";
import { type OpenedSession, openSession } from "./open-session";
import { readTopUp } from "./queries";
import { MAX_TOP_UP, MIN_TOP_UP, SESSION_LIFETIME_MS } from "./rules";

/** What a caller asks for. */
export type StartTopUpInput =
  | { mode: "payment"; amount: Cents; savePaymentMethod: boolean }
  | { mode: "setup" };

/** A top-up whose Checkout page is open. */
export interface StartedTopUp extends OpenedSession {
  /** True when the idempotency key was known and this is the earlier answer. */
  isReplay: boolean;
}

/** The unique key of an intent's idempotency key. */
const KEY_CONSTRAINT = "topup_intent_customer_id_idempotency_owner_idempotency_key_key";

/** The sweep looks at an intent for the first time after this. */
const FIRST_CHECK_AFTER_MS = 10 * 60_000;

/**
 * Starts a top-up, or (mode setup) the saving of a card, and returns the address of its Checkout page.
 * No balance changes here; `settleTopUp` credits it when Stripe confirms.
 *
 * @param input.amount whole cents, $5 to $5,000
 * @param idempotencyKey the caller's name for this attempt; the same key gives the same top-up
 * @throws TopUpAmountOutOfRangeError amount outside those limits
 * @throws IdempotencyConflictError the key was used for another request
 * @throws TopUpEndedError the key's top-up ended without money, or is of the other mode, test or live
 * @throws StripeUnavailableError no answer from Stripe; the intent stays, retry with the same key
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
  const intent = isReplay ? await refresh(actor, found.intent, now) : found.intent;
  // Between the transactions, because a network call must not hold database locks.
  const opened = await openSession(intent, now);
  return { ...opened, isReplay };
}

/**
 * Looks at Stripe for what became of an attempt: the page of one that has ended cannot be handed out again.
 *
 * @throws ServiceUnavailableError its time is over and Stripe does not say whether it was paid
 */
async function refresh(actor: CustomerActor, known: TopUpIntent, now: Date): Promise<TopUpIntent> {
  if (known.status !== "open") return known;
  const { intent } = await readTopUp(actor.customerId, known.topUpIntentId, now);
  if (intent.status === "open" && intent.sessionExpiresAt <= now) {
    throw new ServiceUnavailableError(
      "What became of this top-up is not known at the moment. Please try again.",
    );
  }
  return intent;
}

async function findOrInsertIntent(
  actor: CustomerActor,
  input: StartTopUpInput,
  idempotencyKey: string | null,
  now: Date,
): Promise<{ intent: TopUpIntent; isReplay: boolean }> {
  const requestHash = hashOfRequest(input);
  const known = idempotencyKey && (await findByKey(actor, idempotencyKey));
  if (known) return { intent: sameRequest(known, requestHash), isReplay: true };
  try {
    return { intent: await insertIntent(actor, input, idempotencyKey, requestHash, now), isReplay: false };
  } catch (error) {
    if (isKeyTaken(error)) throw new IdempotencyConflictError(); // by a charge or a hold
    // The same key came twice at once: the other request made the intent.
    const rival =
      idempotencyKey && isDuplicate(error, [KEY_CONSTRAINT]) ? await findByKey(actor, idempotencyKey) : null;
    if (!rival) throw error;
    return { intent: sameRequest(rival, requestHash), isReplay: true };
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

function sameRequest(intent: TopUpIntent, requestHash: string): TopUpIntent {
  if (intent.requestHash !== requestHash) throw new IdempotencyConflictError();
  // A page of ours for an attempt of the other mode could be paid and would never be credited.
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
    // At most 500,000, so that a column of 32 bits and Stripe's JSON hold it exactly.
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
    await note(tx, refOf(intent), "created", now);
    return intent;
  });
}
