import { lockRule } from "@/lib/auto-top-up";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type InvoiceFacts, retrieveInvoice } from "@/lib/stripe";
import { findIntent, type TopUpIntent, type TopUpRef } from "@/lib/top-ups";
import { applyInvoice } from "./apply-invoice";
import { lockCharge, StaleChargeSignal } from "./charges";
import type { InvoiceDecision } from "./rules";

/** What `settleCharge` did. Nothing was written for `duplicate` and `foreign`. */
export type SettleChargeOutcome = InvoiceDecision["do"] | "duplicate" | "foreign";

/** Other transactions can change the top-up while Stripe is read this often. */
const MAX_READS = 8;

/** Rolls back: another transaction has done the work. */
class DuplicateSignal extends Error {}

/**
 * Reads the invoice of an automatic top-up from Stripe and updates the top-up accordingly. This is the only way to credit
 * one: the call that pays, the webhook and the sweep all use it, any number of times and in any order.
 *
 * @param invoiceId the invoice that an event names; otherwise the one that is stored
 * @param options.claim runs first in the transaction and stores the event; false means that the event was handled before
 * @throws StripeUnavailableError Stripe could not be read; nothing changed
 */
export async function settleCharge(
  ref: TopUpRef,
  options: { invoiceId?: string; claim?: (tx: Tx) => Promise<boolean>; now: Date },
): Promise<SettleChargeOutcome> {
  const { claim, now } = options;
  for (let read = 1; read <= MAX_READS; read++) {
    const seen = await findIntent(ref);
    const invoiceId = options.invoiceId ?? seen?.stripeInvoiceId;
    // In the other mode Stripe knows nothing of the invoice, which must not look as if it were deleted.
    if (!seen || !invoiceId || seen.livemode !== livemode()) return "foreign";
    const invoice = await retrieveInvoice(invoiceId);
    if (!isOf(seen, invoiceId, invoice)) return "foreign";
    try {
      const outcome = await withCustomerTransaction(ref.customerId, async (tx) => {
        if (claim && !(await claim(tx))) throw new DuplicateSignal();
        const rule = await lockRule(tx, ref.customerId);
        const intent = await lockCharge(tx, ref, seen);
        return applyInvoice(tx, { rule, intent, invoiceId, invoice }, now);
      });
      logOutcome(ref, invoiceId, outcome);
      return outcome;
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleChargeSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This top-up is being updated by other requests. Please try again.", {
    reason: "busy",
  });
}

/** Whether the invoice is the top-up's, or one that Stripe made for it and whose id was lost with the answer. */
function isOf(intent: TopUpIntent, invoiceId: string, invoice: InvoiceFacts | null): boolean {
  if (intent.source !== "auto") return false;
  if (invoice && invoice.livemode !== intent.livemode) return false;
  return invoiceId === intent.stripeInvoiceId || invoice?.metadata.topup_intent_id === intent.topUpIntentId;
}

function logOutcome(ref: TopUpRef, invoiceId: string, outcome: SettleChargeOutcome): void {
  const facts = { ...ref, invoiceId, outcome };
  if (outcome === "review" || outcome === "flag_second_payment")
    log().error(facts, "a payment needs a decision");
  else if (outcome !== "nothing") log().info(facts, "automatic top-up settled");
}
