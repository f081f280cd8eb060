import type Stripe from "stripe";
import type { RunningBrim } from "./brim";

/** A charge of a card for an automatic top-up, as Stripe knows it. */
export interface StripeCharge {
  topUpIntentId: string;
  stripeCustomerId: string;
  paidAt: Date;
  /** What the card paid, tax included. */
  totalCents: number;
  /** What must be left of its credit in nanos, after refunds and disputes. */
  creditNanos: bigint;
}

/** Reads the automatic top-ups that were paid, from Stripe's objects alone and without any of the code under test. */
export async function chargesAtStripe({ stripe }: RunningBrim): Promise<StripeCharge[]> {
  const taken = await takenByPayment(stripe);
  const charges: StripeCharge[] = [];
  const invoices = stripe.invoices.list({ status: "paid", limit: 100, expand: ["data.payments"] });
  for await (const { metadata, subtotal, total, customer, status_transitions, payments } of invoices) {
    if (metadata?.kind !== "auto_topup") continue;
    const paid = payments?.data.find(({ status }) => status === "paid")?.payment.payment_intent;
    const credit = BigInt(subtotal) * 10_000_000n;
    const charge = BigInt(total);
    const back = taken.get(String(paid)) ?? 0n;
    const counted = back < charge ? back : charge;
    charges.push({
      topUpIntentId: metadata.topup_intent_id ?? "",
      stripeCustomerId: String(customer),
      paidAt: new Date((status_transitions.paid_at ?? 0) * 1000),
      totalCents: total,
      creditNanos: credit - (2n * credit * counted + charge) / (2n * charge),
    });
  }
  return charges;
}

/** What refunds and disputes took of each payment, in cents. */
async function takenByPayment(stripe: Stripe): Promise<Map<string, bigint>> {
  const taken = new Map<string, bigint>();
  const add = (payment: unknown, cents: bigint) =>
    taken.set(String(payment), (taken.get(String(payment)) ?? 0n) + cents);
  for await (const { payment_intent: payment, amount, status } of stripe.refunds.list({ limit: 100 })) {
    if (status !== "failed" && status !== "canceled") add(payment, BigInt(amount));
  }
  for await (const dispute of stripe.disputes.list({ limit: 100 })) {
    const moved = dispute.balance_transactions.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    if (moved < 0n) add(dispute.payment_intent, -moved);
  }
  return taken;
}
