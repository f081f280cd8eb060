import { invalidRequest } from "../../api/stripe-error";
import type { TestCard } from "../../cards/test-cards";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

export type EarlyFraudWarning = Stripe.Radar.EarlyFraudWarning;

const TYPE = "radar.early_fraud_warning";

/** @see https://docs.stripe.com/api/radar/early_fraud_warnings/object#early_fraud_warning_object-fraud_type */
export const FRAUD_TYPES = [
  "card_never_received",
  "fraudulent_card_application",
  "made_with_counterfeit_card",
  "made_with_lost_card",
  "made_with_stolen_card",
  "misc",
  "unauthorized_use_of_card",
] as const;

export type FraudType = (typeof FRAUD_TYPES)[number];

/** Raises the warning that a test card stands for. */
export async function raiseTestCardWarning(tx: Tx, charge: Stripe.Charge, card: TestCard): Promise<void> {
  if (card.afterwards === "fraud_warning") await raiseWarning(tx, charge, "made_with_stolen_card");
}

/**
 * Raises an early fraud warning: the card network says that the cardholder's bank suspects fraud. No money moves.
 *
 * @throws StripeError 400 for a charge that was not paid by card
 */
export async function raiseWarning(
  tx: Tx,
  charge: Stripe.Charge,
  fraudType: FraudType,
): Promise<EarlyFraudWarning> {
  if (charge.status !== "succeeded" || !charge.captured || !charge.payment_method_details?.card) {
    throw invalidRequest(`${charge.id} is not a paid card charge, so no bank can report it.`);
  }
  const warning: EarlyFraudWarning = {
    id: newStripeId("issfr"),
    object: TYPE,
    actionable: isActionable(charge),
    charge: charge.id,
    created: tx.now,
    fraud_type: fraudType,
    livemode: false,
    ...(typeof charge.payment_intent === "string" && { payment_intent: charge.payment_intent }),
  };
  await insertObject(tx, warning, {
    refs: { charge: charge.id, payment_intent: charge.payment_intent as string | null },
  });
  await recordEvent(tx, `${TYPE}.created`, warning);
  return warning;
}

/** A warning can be acted on until its payment is disputed or refunded in full. */
function isActionable({ disputed, refunded }: Stripe.Charge): boolean {
  return !disputed && !refunded;
}

/** Updates the warnings of a charge that was disputed, refunded, or whose refund failed. */
export async function updateWarnings(tx: Tx, charge: Stripe.Charge): Promise<void> {
  const warnings = await findObjects<EarlyFraudWarning>(tx, TYPE, { charge: charge.id });
  for (const { data: before } of warnings.reverse()) {
    const after: EarlyFraudWarning = { ...before, actionable: isActionable(charge) };
    if (after.actionable === before.actionable) continue;
    await updateObject(tx, after);
    await recordEvent(tx, `${TYPE}.updated`, after, changedAttributes(before, after));
  }
}
