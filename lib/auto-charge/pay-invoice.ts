import { type EvaluationFacts, obstacleToAttempt, type SkipReason } from "@/lib/auto-top-up";
import { cents } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import { isStripeRefusal, isUnanswered, payInvoice } from "@/lib/stripe";
import { addTimelineEntry, refOf, type TopUpIntent, updateIntent } from "@/lib/top-ups";
import { recordDecline } from "./apply-invoice";
import { keys, type StepOutcome, type StepStart, totalOf, withLockedCharge } from "./charges";
import { readFacts } from "./evaluation-facts";
import { cancelCharge, failCharge } from "./give-up";
import { settleCharge } from "./settle-charge";

/** When the sweep looks after an attempt whose process crashed. */
const FIRST_CHECK_MS = 60_000;

/** While the next attempt is not due, only these end the wait. */
const ENDS_WAIT: readonly SkipReason[] = ["disabled", "no_consent", "no_card"];

/**
 * Starts the next attempt to pay, if it is due and everything still holds. From here on it has a number, a card and a consent,
 * and counts against the caps.
 */
export async function startAttempt(intent: TopUpIntent, { isFresh, now }: StepStart): Promise<StepOutcome> {
  const isWaiting = intent.nextAttemptAt !== null && intent.nextAttemptAt > now;
  if (!isWaiting && !isFresh) {
    // Somebody may have paid on the page of the invoice, or tried to.
    const outcome = await settleCharge(refOf(intent), { now });
    if (outcome !== "nothing") return "continue";
  }
  return withLockedCharge(intent, async (tx, { rule, intent: locked }) => {
    const facts = await readFacts(tx, rule, now, locked.topUpIntentId);
    const obstacle = obstacleOf(locked, facts, now);
    if (obstacle && (isWaiting ? ENDS_WAIT.includes(obstacle.reason) : isFinal(obstacle.reason))) {
      await cancelCharge(tx, { rule, facts, intent: locked }, obstacle, now);
      return "continue";
    }
    if (isWaiting || obstacle || !facts.terms) return "stop";
    await updateIntent(tx, refOf(locked), {
      status: "open",
      payStartedAt: now,
      countedAt: now,
      paymentMethodId: facts.terms.paymentMethodId,
      consentId: rule.consentId,
      nextAttemptAt: null,
      nextCheckAt: new Date(now.getTime() + FIRST_CHECK_MS),
      checkCount: 0,
    });
    await addTimelineEntry(tx, refOf(locked), "payment_attempted", now, locked.stripeInvoiceId);
    return "continue";
  });
}

function obstacleOf(intent: TopUpIntent, facts: EvaluationFacts, now: Date) {
  const order = { amount: cents(BigInt(intent.amountCents ?? 0)), total: totalOf(intent) };
  return obstacleToAttempt(facts, order, now);
}

/** A pause ends; whatever else is in the way makes the top-up no longer due. */
function isFinal(reason: SkipReason): boolean {
  return reason !== "paused_by_operator";
}

/**
 * The fourth call: charges the card. What came of it is read from the invoice, whatever the answer. After a crash the invoice
 * is read first, and an attempt that Stripe does not know of is repeated under its own key.
 */
export async function pay(intent: TopUpIntent, { isFresh, now }: StepStart): Promise<StepOutcome> {
  const ref = refOf(intent);
  if (!isFresh) {
    const outcome = await settleCharge(ref, { now });
    if (outcome !== "nothing") return "continue";
    if (intent.status === "processing") return "stop";
    const obstacle = await withLockedCharge(intent, (tx, charge) => recheck(tx, charge, now));
    if (obstacle) return isFinal(obstacle) ? "continue" : "stop";
  }
  const { stripeInvoiceId: invoiceId, paymentMethodId, attempt } = intent;
  if (!invoiceId || !paymentMethodId || !attempt) throw new Error("An attempt to pay is incomplete.");
  try {
    const decline = await payInvoice(invoiceId, paymentMethodId, keys.pay(ref, attempt));
    const outcome = await settleCharge(ref, { now });
    if (outcome !== "nothing") return "continue";
    if (!decline) return "stop"; // delayed: the sweep reads it again
    await withLockedCharge(intent, (tx, charge) =>
      recordDecline(tx, { ...charge, invoiceId, invoice: null }, decline, now),
    );
    return "continue";
  } catch (error) {
    return settleFailure(intent, error, now);
  }
}

/** The rule may have changed since the attempt was started. */
async function recheck(
  tx: Tx,
  { rule, intent }: Parameters<Parameters<typeof withLockedCharge>[1]>[1],
  now: Date,
): Promise<SkipReason | null> {
  const facts = await readFacts(tx, rule, now, intent.topUpIntentId);
  const obstacle = obstacleOf(intent, facts, now);
  if (obstacle && isFinal(obstacle.reason)) await cancelCharge(tx, { rule, facts, intent }, obstacle, now);
  return obstacle?.reason ?? null;
}

/**
 * An unknown outcome is read at once, because the card may have been charged. A refusal that is no decline is definite, unless
 * the invoice says that it was paid or closed meanwhile.
 */
async function settleFailure(intent: TopUpIntent, error: unknown, now: Date): Promise<StepOutcome> {
  const isRefused = isStripeRefusal(error);
  if (!isRefused && !isUnanswered(error)) throw error;
  const outcome = await settleCharge(refOf(intent), { now });
  if (outcome !== "nothing") return "continue";
  if (!isRefused) throw error;
  const reason = error.isMissing ? "payment_method_detached" : "stripe_setup";
  await withLockedCharge(intent, (tx, charge) => failCharge(tx, charge, reason, now));
  return "continue";
}
