import type { Cents } from "@/lib/money";
import { idOf } from "./cards";
import { stripe } from "./client";
import { callStripe } from "./errors";

/**
 * Finds the credit note of an invoice that documents a refund; null when there is none. Somebody may have issued it in the
 * Dashboard.
 *
 * @returns Stripe's id
 */
export async function findCreditNote(invoiceId: string, refundId: string): Promise<string | null> {
  return callStripe(async () => {
    for await (const note of stripe().creditNotes.list({ invoice: invoiceId, limit: 100 })) {
      const isOfRefund = note.refunds.some(({ refund }) => idOf(refund) === refundId);
      if (isOfRefund && note.status !== "void") return note.id;
    }
    return null;
  });
}

/**
 * Issues a credit note for a refund that was made. It moves no money, and Stripe emails nobody. The same key gives the same
 * credit note for at least 24 hours.
 *
 * @param note.amountCents what was refunded, tax included
 * @returns Stripe's id
 * @see https://docs.stripe.com/api/credit_notes/create
 */
export async function createCreditNote(
  note: { invoiceId: string; refundId: string; amountCents: Cents; metadata: Record<string, string> },
  idempotencyKey: string,
): Promise<string> {
  const amount = Number(note.amountCents);
  const { id } = await callStripe(() =>
    stripe().creditNotes.create(
      {
        invoice: note.invoiceId,
        amount,
        refunds: [{ refund: note.refundId, amount_refunded: amount }],
        email_type: "none",
        metadata: note.metadata,
      },
      { idempotencyKey },
    ),
  );
  return id;
}
