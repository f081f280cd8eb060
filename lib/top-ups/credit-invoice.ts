import type { Tx } from "@/lib/platform/db";
import type { InvoiceFacts, InvoicePaymentIntent } from "@/lib/stripe";
import { creditTopUp } from "./apply-decision";
import type { TopUpIntent } from "./intents";

/** An invoice that is paid, and the payment that paid it. */
export interface PaidInvoice {
  invoice: InvoiceFacts;
  payment: InvoicePaymentIntent;
}

/**
 * Credits a locked automatic top-up that its invoice has paid. The caller holds the lock of the rule.
 *
 * @param paid.totalCents what was received, tax included
 */
export async function creditInvoice(
  tx: Tx,
  intent: TopUpIntent,
  { invoice, payment, totalCents }: PaidInvoice & { totalCents: bigint },
  now: Date,
): Promise<void> {
  const paidAt = invoice.paidAt ?? now;
  const isLater = intent.countedAt === null || paidAt > intent.countedAt;
  await creditTopUp(
    tx,
    intent,
    {
      paymentIntentId: payment.paymentIntentId,
      paidAt,
      columns: {
        paidAt,
        stripeInvoiceId: invoice.invoiceId,
        totalCents: Number(totalCents),
        taxCents: Number(invoice.taxCents),
        ...shownInvoice(invoice),
        ...(isLater && { countedAt: paidAt }),
        payStartedAt: null,
        nextAttemptAt: null,
        closingStatus: null,
        closingReason: null,
        nextCheckAt: null,
      },
    },
    now,
  );
}

/** The parts of an invoice that are shown, as columns of its top-up. */
export function shownInvoice(invoice: InvoiceFacts) {
  return {
    invoiceNumber: invoice.number,
    invoiceHostedUrl: invoice.hostedUrl,
    invoicePdfUrl: invoice.pdfUrl,
  };
}
