import { obstacleToAttempt } from "@/lib/auto-top-up";
import { mapStripeObject } from "@/lib/customers";
import { cents } from "@/lib/money";
import { withCustomerTransaction } from "@/lib/platform/db";
import {
  addInvoiceLine,
  createInvoice,
  finalizeInvoice,
  findInvoiceOfIntent,
  type InvoiceFacts,
  isStripeRefusal,
  retrieveInvoice,
  type StripeRefusedError,
} from "@/lib/stripe";
import { addTimelineEntry, refOf, shownInvoice, type TopUpIntent, updateIntent } from "@/lib/top-ups";
import {
  endingOf,
  invoiceParamsOf,
  isTaxed,
  keys,
  lockCharge,
  type StepOutcome,
  type StepStart,
  stateOf,
  totalOf,
  withLockedCharge,
} from "./charges";
import { readFacts } from "./evaluation-facts";
import { cancelCharge, failCharge } from "./give-up";
import { restoreUnknownCharges } from "./restore-charge";
import { draftProblem, finalizedProblem, KEY_LIFETIME_MS } from "./rules";
import { settleCharge } from "./settle-charge";

/** The first call: creates the draft. */
export async function createDraft(intent: TopUpIntent, { isFresh, now }: StepStart): Promise<StepOutcome> {
  if (!intent.chargeStartedAt) {
    await restoreUnknownCharges(intent, now);
    return begin(intent, now);
  }
  const invoiceId = await findOrCreateInvoice(intent, { isFresh, now });
  if (typeof invoiceId === "string") await attachInvoice(intent, invoiceId, now);
  else if (invoiceId === null) await failUnmade(intent, now);
  else {
    const reason = invoiceId.isMissing ? "payment_method_detached" : "stripe_setup";
    await withLockedCharge(intent, (tx, charge) => failCharge(tx, charge, reason, now));
  }
  return "continue";
}

/** Before Stripe is asked for the first time: the rule may have changed since the top-up was started. */
function begin(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  return withLockedCharge(intent, async (tx, { rule, intent: locked }) => {
    const facts = await readFacts(tx, rule, now, locked.topUpIntentId);
    const order = { amount: cents(BigInt(locked.amountCents ?? 0)), total: totalOf(locked) };
    const obstacle = obstacleToAttempt(facts, order, now);
    if (obstacle?.reason === "paused_by_operator") return "stop";
    if (obstacle) await cancelCharge(tx, { rule, facts, intent: locked }, obstacle, now);
    else await updateIntent(tx, refOf(locked), { chargeStartedAt: now });
    return "continue";
  });
}

/**
 * Finds the invoice of a top-up at Stripe, or creates it. An answer that was lost is found by the key as long as Stripe knows
 * that, and by the metadata.
 *
 * @returns null when there is none and the key is too old to create one; the refusal when Stripe made none
 */
export async function findOrCreateInvoice(
  intent: TopUpIntent,
  { isFresh, now }: StepStart,
): Promise<string | null | StripeRefusedError> {
  const ref = refOf(intent);
  const params = invoiceParamsOf(intent);
  const startedAt = intent.chargeStartedAt ?? now;
  if (!isFresh) {
    const stripeCustomerId = params.invoice.customer ?? "";
    const { topUpIntentId } = ref;
    const found = await findInvoiceOfIntent({ stripeCustomerId, topUpIntentId, since: intent.createdAt });
    if (found) return found;
    if (now.getTime() - startedAt.getTime() >= KEY_LIFETIME_MS) return null;
  }
  try {
    return await createInvoice(params, keys.create(ref));
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    return error;
  }
}

/** Stores the id of the draft, before anything is done with it. */
export async function attachInvoice(intent: TopUpIntent, invoiceId: string, now: Date): Promise<void> {
  const ref = refOf(intent);
  const { customerId, topUpIntentId } = ref;
  await withCustomerTransaction(customerId, async (tx) => {
    await lockCharge(tx, ref, intent);
    await mapStripeObject(tx, invoiceId, { customerId, kind: "invoice", ourId: topUpIntentId });
    await updateIntent(tx, ref, { stripeInvoiceId: invoiceId });
    await addTimelineEntry(tx, ref, "invoice_created", now, invoiceId);
  });
}

/** Stripe has no invoice, and its key is too old to ask again: the next evaluation starts over. */
async function failUnmade(intent: TopUpIntent, now: Date): Promise<void> {
  const ref = refOf(intent);
  await withCustomerTransaction(ref.customerId, async (tx) => {
    await lockCharge(tx, ref, intent);
    await updateIntent(tx, ref, { status: "failed", failureCode: "no_invoice", nextCheckAt: null });
    await addTimelineEntry(tx, ref, endingOf("failed"), now);
  });
}

/** The second call: adds the line. */
export async function addLine(intent: TopUpIntent, { isFresh, now }: StepStart): Promise<StepOutcome> {
  const ref = refOf(intent);
  const invoiceId = intent.stripeInvoiceId ?? "";
  const known = isFresh ? null : await retrieveInvoice(invoiceId);
  if (!isFresh && known?.status !== "draft") return settleUnexpected(intent, now);
  try {
    const draft = known?.lineIds.length
      ? known
      : await addInvoiceLine(invoiceId, invoiceParamsOf(intent), keys.line(ref));
    await withCustomerTransaction(ref.customerId, async (tx) => {
      await lockCharge(tx, ref, intent);
      await updateIntent(tx, ref, { stripeInvoiceLineId: draft.lineIds[0] ?? null });
    });
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    await withLockedCharge(intent, (tx, charge) => failCharge(tx, charge, "stripe_setup", now));
  }
  return "continue";
}

/** The third call: finalizes the draft, if it is what was asked for and its total fits into the caps. */
export async function finalize(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  const invoice = await retrieveInvoice(intent.stripeInvoiceId ?? "");
  if (invoice?.status === "open") return storeFinalized(intent, invoice, now);
  if (invoice?.status !== "draft") return settleUnexpected(intent, now);
  const checked = await checkDraft(intent, invoice, now);
  if (!checked) return "continue";
  try {
    const finalized = await finalizeInvoice(invoice.invoiceId, keys.finalize(refOf(intent)));
    return await storeFinalized(checked, finalized, now);
  } catch (error) {
    if (!isStripeRefusal(error)) throw error;
    const isAddress = error.code === "customer_tax_location_invalid";
    await withLockedCharge(checked, async (tx, charge) => {
      const facts = await readFacts(tx, charge.rule, now, intent.topUpIntentId);
      await failCharge(tx, { ...charge, facts }, isAddress ? "address_required" : "stripe_setup", now);
    });
    return "continue";
  }
}

/** @returns the top-up with the draft's total; null when it was given up */
function checkDraft(intent: TopUpIntent, invoice: InvoiceFacts, now: Date): Promise<TopUpIntent | null> {
  return withLockedCharge(intent, async (tx, { rule, intent: locked }) => {
    const facts = await readFacts(tx, rule, now, locked.topUpIntentId);
    const problem = draftProblem(stateOf(locked), invoice, isTaxed(locked));
    if (problem) {
      await failCharge(tx, { rule, facts, intent: locked }, problem, now);
      return null;
    }
    const total = Number(invoice.totalCents);
    // What the next one is expected to come to, even if this one exceeds a cap.
    await tx.autoTopUpRule.update({
      where: { customerId: rule.customerId },
      data: { expectedTotalCents: total },
    });
    const updated = await updateIntent(tx, refOf(locked), { expectedTotalCents: total });
    const order = { amount: cents(invoice.subtotalCents), total: cents(invoice.totalCents) };
    const obstacle = obstacleToAttempt(facts, order, now);
    if (!obstacle || obstacle.reason === "paused_by_operator") return updated;
    await cancelCharge(tx, { rule, facts, intent: updated }, obstacle, now);
    return null;
  });
}

/** Stores that the invoice can be paid, unless it is no longer what was asked for. */
function storeFinalized(intent: TopUpIntent, invoice: InvoiceFacts, now: Date): Promise<StepOutcome> {
  return withLockedCharge<StepOutcome>(intent, async (tx, { rule, intent: locked }) => {
    const ref = refOf(locked);
    const finalized = await updateIntent(tx, ref, {
      status: "open",
      invoiceFinalizedAt: now,
      expectedTotalCents: Math.max(Number(invoice.totalCents), locked.amountCents ?? 0),
      ...shownInvoice(invoice),
    });
    await addTimelineEntry(tx, ref, "invoice_finalized", now, invoice.invoiceId);
    const problem = finalizedProblem(stateOf(finalized), invoice, isTaxed(finalized));
    if (problem) await failCharge(tx, { rule, intent: finalized }, problem, now);
    return "continue";
  });
}

/** Somebody else has closed or paid the invoice. */
async function settleUnexpected(intent: TopUpIntent, now: Date): Promise<StepOutcome> {
  const outcome = await settleCharge(refOf(intent), { now });
  return outcome === "nothing" ? "stop" : "continue";
}
