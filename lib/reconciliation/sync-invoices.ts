import { restoreAndSettle, settleCharge } from "@/lib/auto-charge";
import { OPERATOR_ALERTS, reportFailedItem } from "@/lib/platform/alerts";
import { log } from "@/lib/platform/log";
import {
  asLookUp,
  type InvoiceFacts,
  isOutage,
  isUnanswered,
  listPaidInvoices,
  MAX_UNANSWERED,
  pagesOf,
} from "@/lib/stripe";
import { findIntent, isTopUpMetadata, refOf } from "@/lib/top-ups";

/** What comparing the paid invoices at Stripe with the automatic top-ups did. */
export interface InvoicesSynced {
  checked: number;
  /** Top-ups that were not credited, and are now. */
  healed: number;
  failed: number;
}

/** An invoice is paid up to this long after it was created: the last attempt, and a day to authenticate. */
const PAID_AFTER_MS = 6 * 24 * 3_600_000;

/**
 * Settles the automatic top-ups of all invoices that were paid since a time, also those that the database does not know. One
 * that cannot be settled is reported and does not stop the others.
 */
export function syncInvoices(since: Date, now: Date = new Date()): Promise<InvoicesSynced> {
  return asLookUp(async () => {
    const result: InvoicesSynced = { checked: 0, healed: 0, failed: 0 };
    let unanswered = 0;
    const from = new Date(since.getTime() - PAID_AFTER_MS);
    for await (const page of pagesOf(listPaidInvoices, { from })) {
      for (const invoice of page.filter(({ metadata }) => metadata.kind === "auto_topup")) {
        result.checked++;
        try {
          if (await settle(invoice, now)) result.healed++;
          unanswered = 0;
        } catch (error) {
          result.failed++;
          unanswered = isOutage(error) ? unanswered + 1 : 0;
          if (unanswered >= MAX_UNANSWERED) throw error;
          await reportFailure(invoice, error);
        }
      }
    }
    return result;
  });
}

/** @returns whether it was credited now */
async function settle({ invoiceId, metadata }: InvoiceFacts, now: Date): Promise<boolean> {
  if (!isTopUpMetadata(metadata)) return false;
  const { customer_id: customerId, topup_intent_id: topUpIntentId } = metadata;
  const known = await findIntent({ customerId, topUpIntentId });
  if (known?.creditedAt && known.stripeInvoiceId === invoiceId) return false;
  if (known) return (await settleCharge(refOf(known), { invoiceId, now })) === "credit";
  return (await restoreAndSettle(invoiceId, now))?.creditedAt != null;
}

async function reportFailure({ invoiceId }: InvoiceFacts, error: unknown): Promise<void> {
  if (isUnanswered(error)) {
    log().warn({ invoiceId, err: error }, "could not settle a paid invoice; it stays to be done");
    return;
  }
  const message = "A paid invoice could not be settled.";
  await reportFailedItem(
    { customerId: OPERATOR_ALERTS, kind: "invoice_not_settled", subjectId: invoiceId, message },
    error,
  );
}
