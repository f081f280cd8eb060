import { findIntent, type TopUpIntent, type TopUpRef } from "@/lib/top-ups";
import { StaleChargeSignal, type StepOutcome, type StepStart } from "./charges";
import { closeCharge } from "./close-charge";
import { pay, startAttempt } from "./pay-invoice";
import { addLine, createDraft, finalize } from "./prepare-invoice";
import { isUnresolved } from "./rules";
import { waitForCustomer } from "./wait-for-customer";

/** More than a charge ever takes. */
const MAX_STEPS = 20;

/**
 * Brings an unresolved automatic top-up as far as it goes now: through the four calls that charge the card, to its end when it
 * is given up. The result of each call is stored before the next is made, so this can be called again after a crash at
 * any point, and by several processes.
 *
 * @throws StripeUnavailableError the outcome of a call is unknown; the next run reads first
 */
export async function advanceCharge(ref: TopUpRef, now: Date): Promise<void> {
  // What the last step of this run left is known to be complete. Before it, Stripe has to be read.
  let isFresh = false;
  for (let step = 1; step <= MAX_STEPS; step++) {
    const intent = await findIntent(ref);
    if (intent?.source !== "auto" || !isUnresolved(intent.status)) return;
    try {
      const outcome = await takeStep(intent, { isFresh, now });
      if (outcome === "stop") return;
      isFresh = true;
    } catch (error) {
      if (!(error instanceof StaleChargeSignal)) throw error;
      isFresh = false; // another process has changed it
    }
  }
}

async function takeStep(intent: TopUpIntent, { isFresh, now }: StepStart): Promise<StepOutcome> {
  if (intent.status === "needs_review") return "stop";
  if (intent.closingStatus) return closeCharge(intent, now);
  if (!intent.stripeInvoiceId) return createDraft(intent, { isFresh, now });
  if (!intent.stripeInvoiceLineId) return addLine(intent, { isFresh, now });
  if (!intent.invoiceFinalizedAt) return finalize(intent, now);
  if (intent.payStartedAt) return pay(intent, { isFresh, now });
  if (intent.status === "action_required") return waitForCustomer(intent, now);
  return startAttempt(intent, { isFresh, now });
}
