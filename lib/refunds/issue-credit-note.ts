import { raiseAlert, raiseAlertAlone } from "@/lib/platform/alerts";
import { inTransaction, type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { enqueueTask, type QueuedTask } from "@/lib/platform/jobs";
import { log } from "@/lib/platform/log";
import { findReversal, lockReversedTopUp, type Reversal } from "@/lib/reversals";
import {
  createCreditNote,
  findCreditNote,
  findSessionOfPayment,
  isStripeRefusal,
  type RefundFacts,
  retrieveCheckoutSession,
  retrieveInvoiceOfPayment,
  retrieveRefund,
} from "@/lib/stripe";
import { addTimelineEntry, refOf } from "@/lib/top-ups";

const ISSUE_CREDIT_NOTE = "issue-credit-note";

/** Issues the credit note of a refund in the transaction that records its success; a task then asks Stripe. */
export async function enqueueCreditNote(tx: Tx, refund: Pick<Reversal, "sourceId">): Promise<void> {
  const { sourceId: refundId } = refund;
  await enqueueTask(tx, { name: ISSUE_CREDIT_NOTE, payload: { refundId }, key: refundId });
}

export const CREDIT_NOTE_TASK: QueuedTask = {
  name: ISSUE_CREDIT_NOTE,
  run: ({ refundId = "" }) => issueCreditNote(refundId),
};

/**
 * Issues the credit note of a refund whose payment has an invoice, and stores its id. It cannot be voided, so it is issued
 * only after the refund succeeded. One refund gets one: a stored id ends the work, Stripe's list shows what somebody issued
 * in the Dashboard, and two processes at once send the same idempotency key.
 *
 * @throws ServiceUnavailableError Stripe did not answer, or has not created the invoice yet
 * @see https://docs.stripe.com/invoicing/programmatic-credit-notes
 */
async function issueCreditNote(refundId: string): Promise<void> {
  const known = await findReversal("stripe_refund", refundId);
  if (!known || known.creditNoteId) return;
  const refund = await retrieveRefund(refundId);
  if (refund?.status !== "succeeded") return;
  const invoiceId = await findInvoice(refund.payment.paymentIntentId);
  if (!invoiceId) return;
  try {
    await storeCreditNote(known, refund, await findOrCreate(known, refund, invoiceId));
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    log().warn({ refundId, invoiceId, err: error }, "Stripe refused a credit note");
    await raiseAlertAlone({
      customerId: known.customerId,
      kind: "credit_note_refused",
      subjectId: refundId,
      message:
        "Stripe refused the credit note of a refund. Check the invoice in the Stripe Dashboard, and issue the credit note there.",
      details: { ...detailsOf(known, refund), invoiceId, code: error.code, reason: error.cause.message },
    });
  }
}

/** Stripe creates the invoice of a Checkout Session some time after the payment. */
async function findInvoice(paymentIntentId: string): Promise<string | null> {
  const invoice = await retrieveInvoiceOfPayment(paymentIntentId);
  if (invoice) return invoice.invoiceId;
  const sessionId = await findSessionOfPayment(paymentIntentId);
  const session = sessionId ? await retrieveCheckoutSession(sessionId) : null;
  if (!session?.makesInvoice) return null;
  if (!session.invoice) throw new ServiceUnavailableError("The invoice of this payment does not exist yet.");
  return session.invoice.invoiceId;
}

async function findOrCreate(known: Reversal, refund: RefundFacts, invoiceId: string): Promise<string> {
  const { refundId, amountCents } = refund;
  const existing = await findCreditNote(invoiceId, refundId);
  if (existing) return existing;
  const { customerId, topUpIntentId } = known;
  const metadata = { customer_id: customerId, topup_intent_id: topUpIntentId, refund_id: refundId };
  return createCreditNote({ invoiceId, refundId, amountCents, metadata }, `credit_note:${refundId}`);
}

async function storeCreditNote(known: Reversal, refund: RefundFacts, creditNoteId: string): Promise<void> {
  const { customerId, sourceType, sourceId } = known;
  await withCustomerTransaction(customerId, async (tx) => {
    await lockReversedTopUp(tx, refOf(known));
    const stored = await tx.reversal.updateMany({
      where: { customerId, sourceType, sourceId, creditNoteId: null },
      data: { creditNoteId },
    });
    if (stored.count === 0) return;
    await addTimelineEntry(tx, refOf(known), "credit_note_issued", new Date(), creditNoteId);
    const row = await tx.reversal.findUniqueOrThrow({
      where: { customerId_sourceType_sourceId: { customerId, sourceType, sourceId } },
    });
    // It failed while Stripe was asked.
    if (row.effectiveCents === 0) await raiseUnfoundedCreditNote(tx, row, detailsOf(known, refund));
  });
}

/** A credit note on a paid invoice cannot be voided, so a person has to correct the documents. */
export async function raiseUnfoundedCreditNote(
  tx: Tx,
  refund: Reversal,
  details: Record<string, string>,
): Promise<void> {
  await raiseAlert(inTransaction(tx), {
    customerId: refund.customerId,
    kind: "credit_note_without_refund",
    subjectId: refund.sourceId,
    message:
      "A refund failed after its credit note was issued. Credit notes cannot be voided: correct your accounts, and tell the customer if the refund is not made in another way.",
    details: { ...details, creditNoteId: refund.creditNoteId ?? "" },
  });
}

function detailsOf({ topUpIntentId }: Reversal, { amountCents }: RefundFacts) {
  return { topUpIntentId, amountCents: amountCents.toString() };
}
