import { expect } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, type RunningBrim } from "./brim";
import { changeAtStripe } from "./change-at-stripe";
import { anEvent, deliver } from "./signed-event";

/** A top-up that was paid at the sandbox, with the IDs that tests need. */
export interface PaidTopUp {
  customer: ApiCustomer;
  topUpIntentId: string;
  sessionId: string;
  paymentIntentId: string;
  /** The amount paid in cents, including tax. */
  chargeCents: number;
  /** Unix time by Stripe's clock: none of its events is older. */
  since: number;
}

/** Pays a top-up without delivering its events; with `credit`, delivers the event that credits it. */
export async function aPaidTopUp(
  brim: RunningBrim,
  {
    amount = "20.00",
    country = "US",
    card,
    credit = true,
    customer,
  }: { amount?: string; country?: string; card?: string; credit?: boolean; customer?: ApiCustomer } = {},
): Promise<PaidTopUp> {
  const owner = customer ?? (await aCustomer(brim));
  const { body } = await owner.post("/api/v1/billing/checkout-session", { amount_usd: amount });
  const sessionId: string = body.session_id;
  const details = { address: { country, state: "OR" }, ...(card && { card }) };
  await brim.control(`/checkout/${sessionId}/pay`, details);
  const session = await brim.stripe.checkout.sessions.retrieve(sessionId);
  const topUp = {
    customer: owner,
    topUpIntentId: body.topup_intent_id,
    sessionId,
    paymentIntentId: String(session.payment_intent),
    chargeCents: session.amount_total ?? 0,
    since: session.created,
  };
  if (credit) await creditTopUp(brim, topUp);
  return topUp;
}

/** Delivers the event that credits a top-up. */
export async function creditTopUp(brim: RunningBrim, topUp: PaidTopUp): Promise<void> {
  const metadata = { customer_id: topUp.customer.customerId, topup_intent_id: topUp.topUpIntentId };
  await deliverAbout(brim, "checkout.session.completed", {
    id: topUp.sessionId,
    object: "checkout.session",
    metadata,
  });
}

/** A paid top-up that is in review because its session or payment was changed at Stripe. */
export async function aTopUpInReview(
  brim: RunningBrim,
  customer?: ApiCustomer,
  { session = { amount_subtotal: 2_100 }, payment = {} }: { session?: object; payment?: object } = {},
): Promise<PaidTopUp> {
  await brim.control("/deliveries/mode", { mode: "drop" });
  const topUp = await aPaidTopUp(brim, { credit: false, ...(customer && { customer }) });
  await changeAtStripe(brim, topUp.sessionId, session);
  await changeAtStripe(brim, topUp.paymentIntentId, payment);
  await creditTopUp(brim, topUp);
  expect((await rowOf(topUp)).status).toBe("needs_review");
  return topUp;
}

/** Delivers a signed event about an object, and expects it to be handled. */
export async function deliverAbout(
  brim: RunningBrim,
  type: string,
  object: Record<string, unknown>,
  as = "processed",
): Promise<void> {
  const { status, body } = await deliver(brim, anEvent(type, object));
  expect({ status, as: body.as }).toEqual({ status: 200, as });
}

/** Refunds at the sandbox, as in the Stripe Dashboard. */
export async function refundAtStripe(
  brim: RunningBrim,
  { paymentIntentId }: PaidTopUp,
  amountCents?: number,
): Promise<string> {
  const { id } = await brim.stripe.refunds.create({
    payment_intent: paymentIntentId,
    ...(amountCents !== undefined && { amount: amountCents }),
  });
  return id;
}

/** Makes the cardholder's bank dispute the payment. */
export async function disputeAtStripe(
  brim: RunningBrim,
  { paymentIntentId }: PaidTopUp,
  details: { amount?: number; kind?: "chargeback" | "inquiry" } = {},
): Promise<string> {
  const dispute = await brim.control(`/charges/${paymentIntentId}/dispute`, details);
  return String(dispute.id);
}

/** Lets the money of a dispute have moved in a currency whose value in US dollars Stripe does not tell. */
export async function hideDisputeAmount(brim: RunningBrim, disputeId: string): Promise<void> {
  const { balance_transactions } = await brim.stripe.disputes.retrieve(disputeId);
  const hidden = balance_transactions.map((moved) => ({ ...moved, currency: "eur", exchange_rate: null }));
  await changeAtStripe(brim, disputeId, { balance_transactions: hidden });
}

/** The transfers of a customer that refunds and disputes made, oldest first, as `kind amount`. */
export async function reversalTransfers({ customer }: PaidTopUp): Promise<string[]> {
  const rows = await prisma().ledgerTransfer.findMany({
    where: { customerId: customer.customerId, sourceType: { in: ["stripe_refund", "dispute"] } },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ kind, amountNanos }) => `${kind} ${Number(amountNanos) / 1e9}`);
}

/** Returns the balance from the ledger. */
export async function balanceOf({ customer }: PaidTopUp): Promise<string> {
  return (await customer.get("/api/v1/billing/balance")).body.balance_usd;
}

/** Returns the top-up's row. */
export function rowOf({ customer: { customerId }, topUpIntentId }: PaidTopUp) {
  return prisma().topUpIntent.findUniqueOrThrow({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
  });
}

/** Gives the customer an enabled auto top-up rule. */
export async function enableAutoTopUp({ customer: { customerId } }: PaidTopUp): Promise<void> {
  const terms = { thresholdCents: 500, amountCents: 2_000, monthlyCapCents: 100_000 };
  const enabled = { ...terms, enabled: true, enabledAt: new Date(), disabledReason: null, disabledAt: null };
  await prisma().autoTopUpRule.upsert({
    where: { customerId },
    create: { customerId, ...enabled },
    update: enabled,
  });
  await prisma().ledgerAccount.update({
    where: { customerId },
    data: { autoTopupThresholdNanos: 5_000_000_000n },
  });
}

/** Returns the rule's state: on, or why it is off. */
export async function autoTopUpOf({ customer: { customerId } }: PaidTopUp): Promise<string> {
  const rule = await prisma().autoTopUpRule.findUniqueOrThrow({ where: { customerId } });
  const account = await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  expect(account.autoTopupThresholdNanos === null).toBe(!rule.enabled);
  return rule.enabled ? "on" : (rule.disabledReason ?? "off");
}

/** Returns the kinds of the customer's open alerts. */
export async function openAlerts({ customer: { customerId } }: PaidTopUp): Promise<string[]> {
  const rows = await prisma().alert.findMany({
    where: { customerId, resolvedAt: null },
    orderBy: { kind: "asc" },
  });
  return rows.map(({ kind }) => kind);
}
