import { withCustomerTransaction } from "@/lib/platform/db";
import { closeInvoice, isStripeRefusal, retrieveInvoice } from "@/lib/stripe";
import { addTimelineEntry, refOf, type TopUpIntent, updateIntent } from "@/lib/top-ups";
import { endingOf, keys, lockCharge, type StepOutcome } from "./charges";
import { attachInvoice, findOrCreateInvoice } from "./prepare-invoice";
import { settleCharge } from "./settle-charge";

/**
 * Ends a top-up that was given up: deletes its draft or voids its invoice. The top-up ends when Stripe says that the invoice
 * is gone. If it was paid first, that counts.
 */
export async function closeCharge(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  const ref = refOf(intent);
  if (!intent.stripeInvoiceId) return closeWithoutInvoice(intent, now);
  const invoice = await retrieveInvoice(intent.stripeInvoiceId);
  if (invoice?.status === "draft" || invoice?.status === "open" || invoice?.status === "uncollectible") {
    try {
      await closeInvoice(invoice, { del: keys.del(ref), void: keys.void(ref) });
    } catch (error) {
      if (!isStripeRefusal(error)) throw error; // refused: read again, because it may have been paid
    }
  }
  const outcome = await settleCharge(ref, { now });
  return outcome === "nothing" || outcome === "note_decline" ? "stop" : "continue";
}

/** The response with the invoice may have been lost, so this asks Stripe again under the same key. */
async function closeWithoutInvoice(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  const ref = refOf(intent);
  if (intent.chargeStartedAt) {
    const invoiceId = await findOrCreateInvoice(intent, { isFresh: false, now });
    if (typeof invoiceId === "string") {
      await attachInvoice(intent, invoiceId, now);
      return "continue";
    }
  }
  const status = intent.closingStatus ?? "canceled";
  await withCustomerTransaction(ref.customerId, async (tx) => {
    await lockCharge(tx, ref, intent);
    await updateIntent(tx, ref, { status, nextCheckAt: null });
    await addTimelineEntry(tx, ref, endingOf(status), now);
  });
  return "stop";
}
