import { randomUUID } from "node:crypto";
import { createCustomer } from "@/lib/customers";
import { type ChargeRequest, type HoldRequest, type IdempotentRequest, post } from "@/lib/ledger";
import { NANOS_PER_CENT, type Nanos, parseUsd } from "@/lib/money";
import { inTransaction, onPool, prisma, withTransaction } from "@/lib/platform/db";
import { type CustomerId, newId, type TopUpId } from "@/lib/platform/ids";

/** Parses an amount such as `"25.00"`. */
export const usd = (text: string): Nanos => parseUsd(text, { decimals: 9, signed: true });

/** Creates a customer with a balance from one settled top-up. */
export async function aFundedCustomer(dollars: string): Promise<CustomerId> {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  await topUp(customerId, dollars);
  return customerId;
}

/** Creates customers with a balance, a few at a time so that none waits too long for a connection on a busy machine. */
export async function fundedCustomers(count: number, dollars: string): Promise<CustomerId[]> {
  const customers: CustomerId[] = [];
  while (customers.length < count) {
    const next = Math.min(8, count - customers.length);
    customers.push(...(await Promise.all(Array.from({ length: next }, () => aFundedCustomer(dollars)))));
  }
  return customers;
}

/** Credits a top-up and creates its settled intent. */
export async function topUp(customerId: CustomerId, dollars: string): Promise<TopUpId> {
  const topUpIntentId = newId("topUp");
  const amount = usd(dollars);
  const now = new Date();
  await prisma().topUpIntent.create({
    data: {
      customerId,
      topUpIntentId,
      mode: "payment",
      status: "succeeded",
      amountCents: Number(amount / 10_000_000n),
      livemode: false,
      requestHash: "test",
      sessionParams: {},
      sessionExpiresAt: now,
      creditedAt: now,
      creditedNanos: amount,
      stripePaymentIntentId: `pi_${topUpIntentId}`,
    },
  });
  const source = { type: "topup" as const, id: topUpIntentId };
  await post(onPool(), { customerId, kind: "credit", amount, source, occurredAt: now });
  return topUpIntentId;
}

/** Credits a top-up with an invoice. */
export async function invoicedTopUp(
  customerId: CustomerId,
  dollars: string,
  number: string,
): Promise<TopUpId> {
  const topUpIntentId = await topUp(customerId, dollars);
  const hostedUrl = `https://invoice.stripe.com/i/${number}`;
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { invoiceNumber: number, invoiceHostedUrl: hostedUrl, invoicePdfUrl: `${hostedUrl}/pdf` },
  });
  return topUpIntentId;
}

/** Reverses part of the customer's first top-up, and updates its intent. */
export async function reverseTopUp(customerId: CustomerId, amount: Nanos): Promise<void> {
  await withTransaction(async (tx) => {
    const intent = await tx.topUpIntent.findFirstOrThrow({
      where: { customerId },
      orderBy: { createdAt: "asc" },
    });
    const { topUpIntentId } = intent;
    await tx.topUpIntent.update({
      where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
      data: { reversedNanos: { increment: amount } },
    });
    const source = { type: "stripe_refund" as const, id: `re_${randomUUID()}` };
    await tx.reversal.create({
      data: {
        customerId,
        topUpIntentId,
        sourceType: source.type,
        sourceId: source.id,
        stripePaymentIntentId: intent.stripePaymentIntentId ?? "",
        chargeCents: intent.amountCents ?? 0,
        status: "succeeded",
        effectiveCents: Number(amount / NANOS_PER_CENT),
        appliedNanos: amount,
        transferCount: 1,
        stripeCreatedAt: new Date(),
      },
    });
    await post(inTransaction(tx), {
      customerId,
      kind: "stripe_refund",
      amount,
      source,
      occurredAt: new Date(),
    });
  });
}

/** Returns the fields of a request that tests do not care about. */
function named(key: string = randomUUID()): IdempotentRequest {
  return { owner: "operator", key, requestHash: key, description: null, metadata: {}, apiKeyId: null };
}

/** Returns a charge request, by default with a new idempotency key. */
export function aCharge(
  customerId: CustomerId,
  dollars: string,
  rest: Partial<ChargeRequest> = {},
): ChargeRequest {
  return { ...named(rest.key), customerId, amount: usd(dollars), allowOverdraft: false, ...rest };
}

/** Returns a hold request that does not expire soon. */
export function aHold(customerId: CustomerId, dollars: string, rest: Partial<HoldRequest> = {}): HoldRequest {
  const expiresAt = new Date(Date.now() + 3_600_000);
  return { ...named(rest.key), customerId, amount: usd(dollars), expiresAt, ...rest };
}

/** Returns a request to refund part of a charge, or all of the remaining amount. */
export function aRefund(customerId: CustomerId, chargeId: string, dollars: string | null, key?: string) {
  return { ...named(key), customerId, chargeId, amount: dollars === null ? null : usd(dollars) };
}

/** Counts promises by outcome: the name of the error, or `ok`. */
export async function outcomes(work: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(work)) {
    const name = result.status === "fulfilled" ? "ok" : (result.reason as Error).constructor.name;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
