import type { AutoTopUpRule } from "@/lib/auto-top-up";
import { mailCustomer } from "@/lib/emails";
import type { Tx } from "@/lib/platform/db";
import type { InvoiceDecline, InvoiceFacts, InvoicePaymentIntent } from "@/lib/stripe";
import {
  addTimelineEntry,
  creditInvoice,
  describeDecline,
  refOf,
  type TopUpIntent,
  updateIntent,
} from "@/lib/top-ups";
import { endingOf, stateOf } from "./charges";
import { failCharge } from "./give-up";
import { flagSecondPayment, requestReview } from "./review";
import { classifyDecline, decideInvoice, type InvoiceDecision, respondToDecline } from "./rules";

/** When the sweep first reads a payment that somebody else has to complete. Its event usually comes first. */
const FIRST_CHECK_MS = 5 * 60_000;

/** A locked top-up with its invoice at Stripe. */
export interface ReadCharge {
  /** Locked as well. */
  rule: AutoTopUpRule | null;
  intent: TopUpIntent;
  invoiceId: string;
  /** Null when it was deleted. */
  invoice: InvoiceFacts | null;
}

/** Decides what happens to a locked top-up, given its invoice at Stripe, and writes it. */
export async function applyInvoice(tx: Tx, charge: ReadCharge, now: Date): Promise<InvoiceDecision["do"]> {
  const { intent, invoiceId, invoice } = charge;
  // Another invoice for the same top-up matters only if somebody paid it.
  const isOther = intent.stripeInvoiceId !== null && intent.stripeInvoiceId !== invoiceId;
  const decision: InvoiceDecision =
    isOther && invoice?.status !== "paid" ? { do: "nothing" } : decideInvoice(stateOf(intent), invoice);
  switch (decision.do) {
    case "nothing":
      break;
    case "credit":
      await credit(tx, charge, decision.payment, now);
      break;
    case "flag_second_payment":
      await flagSecondPayment(tx, refOf(intent), { invoiceId, payment: decision.payment }, now);
      break;
    case "review":
      await requestReview(tx, refOf(intent), { invoiceId, invoice }, decision.reason, now);
      break;
    case "end":
      await end(tx, charge, now);
      break;
    case "wait_for_payment":
      await waitForPayment(tx, charge, now);
      break;
    case "ask_customer":
      await askCustomer(tx, intent, null, now);
      break;
    case "record_decline":
      await recordDecline(tx, charge, decision.decline, now);
      break;
    case "note_decline":
      await noteDecline(tx, intent, decision.decline, now);
      break;
    default:
      decision satisfies never;
  }
  return decision.do;
}

async function credit(
  tx: Tx,
  { rule, intent, invoice }: ReadCharge,
  payment: InvoicePaymentIntent,
  now: Date,
): Promise<void> {
  if (!invoice) throw new Error("A top-up without an invoice must not be credited.");
  const { totalCents } = invoice;
  await creditInvoice(tx, intent, { invoice, payment, totalCents }, now);
  if (rule?.amountCents !== intent.amountCents) return;
  await tx.autoTopUpRule.update({
    where: { customerId: intent.customerId },
    data: { expectedTotalCents: Number(totalCents) },
  });
}

/** The invoice can no longer be paid, whoever closed it. */
async function end(tx: Tx, { intent, invoiceId }: ReadCharge, now: Date): Promise<void> {
  const status = intent.closingStatus ?? "canceled";
  await updateIntent(tx, refOf(intent), {
    status,
    payStartedAt: null,
    nextAttemptAt: null,
    nextCheckAt: null,
  });
  await addTimelineEntry(tx, refOf(intent), endingOf(status), now, invoiceId);
}

async function waitForPayment(tx: Tx, { intent, invoice }: ReadCharge, now: Date): Promise<void> {
  await updateIntent(tx, refOf(intent), {
    status: "processing",
    nextCheckAt: new Date(now.getTime() + FIRST_CHECK_MS),
    checkCount: 0,
  });
  await addTimelineEntry(tx, refOf(intent), "payment_processing", now, invoice?.invoiceId);
}

/** The bank wants the customer to confirm the payment, on the page of the invoice. We do not try again. */
async function askCustomer(
  tx: Tx,
  intent: TopUpIntent,
  decline: InvoiceDecline | null,
  now: Date,
): Promise<void> {
  const ref = refOf(intent);
  const { customerId, topUpIntentId } = ref;
  await updateIntent(tx, ref, {
    status: "action_required",
    actionRequiredAt: now,
    payStartedAt: null,
    nextCheckAt: new Date(now.getTime() + FIRST_CHECK_MS),
    checkCount: 0,
    failureCode: "authentication_required",
    failureMessage: describeDecline("authentication_required").message,
    ...(decline?.chargeId && { failedChargeId: decline.chargeId }),
  });
  await addTimelineEntry(
    tx,
    ref,
    "authentication_required",
    now,
    decline?.chargeId ?? intent.stripeInvoiceId,
  );
  await mailCustomer(tx, { customerId, kind: "auto_topup_action_required", subjectId: topUpIntentId });
}

/** Counts the decline of our attempt, once, and plans what follows. */
export async function recordDecline(
  tx: Tx,
  charge: ReadCharge,
  decline: InvoiceDecline,
  now: Date,
): Promise<void> {
  const { rule, intent } = charge;
  if (intent.closingStatus) return noteDecline(tx, intent, decline, now);
  const attempt = intent.attempt ?? 1;
  const response = respondToDecline(classifyDecline(decline), attempt, now);
  if (response.do === "ask_customer") return askCustomer(tx, intent, decline, now);
  const ref = refOf(intent);
  const code = decline.declineCode ?? decline.code;
  await addTimelineEntry(tx, ref, "payment_declined", now, decline.chargeId);
  const declined = await updateIntent(tx, ref, {
    payStartedAt: null,
    failureCode: code,
    failureMessage: describeDecline(code).message,
    ...(decline.chargeId && { failedChargeId: decline.chargeId }),
    ...(response.do === "retry" && {
      status: "retry_wait",
      attempt: attempt + 1,
      nextAttemptAt: response.at,
      nextCheckAt: response.at,
      checkCount: 0,
    }),
  });
  if (response.do === "give_up") {
    await failCharge(tx, { rule, intent: declined }, response.reason, now);
    return;
  }
  const { customerId, topUpIntentId: subjectId } = ref;
  // Only the first decline and the final outcome are reported to the customer.
  await mailCustomer(tx, { customerId, kind: "auto_topup_declined", subjectId });
}

/** Lists a decline that was not that of an attempt of ours. */
async function noteDecline(tx: Tx, intent: TopUpIntent, decline: InvoiceDecline, now: Date): Promise<void> {
  const ref = refOf(intent);
  await updateIntent(tx, ref, { failedChargeId: decline.chargeId });
  await addTimelineEntry(tx, ref, "payment_declined", now, decline.chargeId);
}
