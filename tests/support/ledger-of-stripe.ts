import { prisma } from "@/lib/platform/db";
import type { RunningBrim } from "./brim";

/**
 * Computes what each top-up of the sandbox must have left of its credit in nanos, from Stripe's objects alone and without any
 * of the code under test. Top-ups that are not paid are left out.
 */
export async function creditsByStripe(brim: RunningBrim): Promise<Map<string, bigint>> {
  const credits = new Map<string, bigint>();
  const { stripe } = brim;
  for await (const session of stripe.checkout.sessions.list({
    limit: 100,
    expand: ["data.payment_intent"],
  })) {
    const { metadata, payment_intent: payment, payment_status: status } = session;
    if (!metadata?.topup_intent_id || status !== "paid" || !payment || typeof payment === "string") continue;
    let taken = 0n;
    for await (const refund of stripe.refunds.list({ payment_intent: payment.id, limit: 100 })) {
      if (refund.status !== "failed" && refund.status !== "canceled") taken += BigInt(refund.amount);
    }
    for await (const dispute of stripe.disputes.list({ payment_intent: payment.id, limit: 100 })) {
      const moved = dispute.balance_transactions.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
      if (moved < 0n) taken -= moved;
    }
    const credit = BigInt(metadata.amount_usd_cents ?? 0) * 10_000_000n;
    const charge = BigInt(payment.amount_received);
    const counted = taken < charge ? taken : charge;
    const reversed = (2n * credit * counted + charge) / (2n * charge);
    credits.set(metadata.topup_intent_id, credit - reversed);
  }
  return credits;
}

/** What each credited top-up has left of its credit by the ledger. */
export async function creditsByLedger(): Promise<Map<string, bigint>> {
  const rows = await prisma().$queryRaw<{ id: string; left: string }[]>`
    SELECT i.topup_intent_id AS id, sum(CASE t.direction WHEN 'credit' THEN t.amount_nanos ELSE -t.amount_nanos END)::text AS left
    FROM topup_intent i
    JOIN ledger_transfer t ON t.customer_id = i.customer_id AND (
      t.source_id = i.topup_intent_id OR t.source_id IN (
        SELECT r.source_id FROM reversal r WHERE r.customer_id = i.customer_id AND r.topup_intent_id = i.topup_intent_id))
    WHERE t.kind IN ('credit', 'stripe_refund', 'stripe_refund_reversal', 'dispute', 'dispute_reversal')
    GROUP BY i.topup_intent_id`;
  return new Map(rows.map(({ id, left }) => [id, BigInt(left)]));
}
