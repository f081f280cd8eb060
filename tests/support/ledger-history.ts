import { createCustomer } from "@/lib/customers";
import {
  captureHold,
  charge,
  chargeBatch,
  expireHolds,
  type IdempotentRequest,
  openHold,
  type Posting,
  post,
  refundCharge,
  releaseHold,
} from "@/lib/ledger";
import { type Nanos, nanos } from "@/lib/money";
import { inTransaction, onPool, withTransaction } from "@/lib/platform/db";
import { type CustomerId, newId, type TopUpId } from "@/lib/platform/ids";

const LONG_AGO = new Date("2026-01-01T00:00:00Z");

/** Converts whole dollars to nano-dollars. */
export function dollars(amount: number): Nanos {
  return nanos(BigInt(amount) * 1_000_000_000n);
}

/** Returns the common fields of an idempotent request, with a new key each time. */
export function keyed(owner: string): IdempotentRequest {
  const key = newId("request");
  return { owner, key, requestHash: `hash of ${key}`, description: null, metadata: {}, apiKeyId: null };
}

/** Creates a customer with a balance from a settled top-up. */
export async function aToppedUpCustomer(amount: number): Promise<CustomerId> {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  await creditTopUp(customerId, amount);
  return customerId;
}

/** Credits a paid top-up. */
export async function creditTopUp(customerId: CustomerId, amount: number): Promise<TopUpId> {
  const topUpIntentId = newId("topUp");
  await withTransaction(async (tx) => {
    await tx.topUpIntent.create({
      data: {
        customerId,
        topUpIntentId,
        mode: "payment",
        status: "succeeded",
        amountCents: amount * 100,
        livemode: false,
        requestHash: "hash",
        sessionParams: {},
        sessionExpiresAt: LONG_AGO,
        creditedAt: LONG_AGO,
        creditedNanos: dollars(amount),
        stripePaymentIntentId: `pi_${topUpIntentId}`,
      },
    });
    const source = { type: "topup", id: topUpIntentId } as const;
    await post(inTransaction(tx), posting(customerId, "credit", amount, source));
  });
  return topUpIntentId;
}

/** Creates a customer with transfers of every kind. */
export async function aCustomerWithHistory(): Promise<CustomerId> {
  const customerId = await aToppedUpCustomer(100);
  await spend(customerId);
  await reserve(customerId);
  await reverseTopUps(customerId);
  await correct(customerId);
  return customerId;
}

async function spend(customerId: CustomerId): Promise<void> {
  const amount = dollars(3);
  const { chargeId } = await charge({ ...keyed(customerId), customerId, amount, allowOverdraft: false });
  const items = [1, 2].map((n) => {
    const { owner: _owner, apiKeyId: _apiKeyId, ...request } = keyed("operator");
    return { ...request, customerId, amount: dollars(n), allowOverdraft: false };
  });
  await chargeBatch(items, { owner: "operator", apiKeyId: null });
  await refundCharge({ ...keyed("operator"), customerId, chargeId, amount: dollars(1) });
  await refundCharge({ ...keyed("operator"), customerId, chargeId, amount: null });
}

async function reserve(customerId: CustomerId): Promise<void> {
  const hold = async (amount: number, expiresAt: Date | null = null) => {
    const opened = await openHold({ ...keyed(customerId), customerId, amount: dollars(amount), expiresAt });
    return { customerId, holdId: opened.hold.holdId, principal: customerId };
  };
  await captureHold(await hold(10), { amount: dollars(4), apiKeyId: null });
  await captureHold(await hold(5), { amount: dollars(6), apiKeyId: null });
  await releaseHold(await hold(7));
  await hold(8, LONG_AGO);
  await expireHolds(new Date());
  await hold(2);
}

async function reverseTopUps(customerId: CustomerId): Promise<void> {
  const topUpIntentId = await creditTopUp(customerId, 50);
  const [refund, dispute] = [newId("request"), newId("request")];
  await withTransaction(async (tx) => {
    const db = inTransaction(tx);
    await post(db, posting(customerId, "stripe_refund", 20, { type: "stripe_refund", id: refund }));
    await post(db, posting(customerId, "stripe_refund_reversal", 5, { type: "stripe_refund", id: refund }));
    await post(db, posting(customerId, "dispute", 30, { type: "dispute", id: dispute }));
    await post(db, posting(customerId, "dispute_reversal", 30, { type: "dispute", id: dispute }));
    const reversal = {
      customerId,
      topUpIntentId,
      stripePaymentIntentId: `pi_${topUpIntentId}`,
      chargeCents: 5_000,
      transferCount: 2,
      stripeCreatedAt: LONG_AGO,
    };
    await tx.reversal.createMany({
      data: [
        {
          ...reversal,
          sourceType: "stripe_refund",
          sourceId: refund,
          status: "succeeded",
          effectiveCents: 1_500,
          appliedNanos: dollars(15),
        },
        { ...reversal, sourceType: "dispute", sourceId: dispute, status: "won", effectiveCents: 0 },
      ],
    });
    await tx.topUpIntent.update({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
      data: { reversedNanos: dollars(15) },
    });
  });
}

async function correct(customerId: CustomerId): Promise<void> {
  const source = (type: "adjustment" | "grant") => ({ type, id: newId("request") });
  const db = onPool();
  await post(db, {
    ...posting(customerId, "adjustment", 9, source("adjustment")),
    direction: "credit",
  });
  await post(db, { ...posting(customerId, "adjustment", 4, source("adjustment")), direction: "debit" });
  const grant = source("grant");
  await post(db, posting(customerId, "grant", 10, grant));
  await post(db, posting(customerId, "expiry", 6, grant));
}

function posting(
  customerId: CustomerId,
  kind: Posting["kind"],
  amount: number,
  source: Posting["source"],
): Posting {
  return { customerId, kind, amount: dollars(amount), source, occurredAt: LONG_AGO };
}
