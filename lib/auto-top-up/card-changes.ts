import { fromCents } from "@/lib/money";
import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { coversTerms, findConsent } from "./consents";
import { type DisabledReason, disableAutoTopUp, TEMPORARY_REASONS } from "./disable-auto-top-up";
import { lockRule, termsOf } from "./rule";
import { wakeAutoTopUp } from "./wake";

/** Disables the rule that charges this card, because the card was removed. Null: all cards were. */
export async function disableForRemovedCard(
  tx: Tx,
  customerId: CustomerId,
  paymentMethodId: string | null,
): Promise<void> {
  const rule = await lockRule(tx, customerId);
  if (!rule?.paymentMethodId) return;
  if (paymentMethodId !== null && rule.paymentMethodId !== paymentMethodId) return;
  await disableAutoTopUp(tx, customerId, "payment_method_detached");
}

/**
 * Follows a change of the rule's own card. Another brand needs a new consent. A card that the network replaced by one of the same
 * brand keeps the consent, and brings back a rule that was disabled because the old one was declined or had expired.
 *
 * @param card.replacedAt when the network replaced it; null for any other change
 */
export async function followChangedCard(
  tx: Tx,
  customerId: CustomerId,
  card: { paymentMethodId: string; brand: string; replacedAt: Date | null },
): Promise<void> {
  const rule = await lockRule(tx, customerId);
  const terms = rule && termsOf(rule);
  if (!rule || terms?.paymentMethodId !== card.paymentMethodId) return;
  const consent = await findConsent(rule, tx);
  if (consent && consent.cardBrand !== card.brand) {
    await disableAutoTopUp(tx, customerId, "card_brand_changed");
    return;
  }
  const { disabledAt, disabledReason } = rule;
  const isTemporary = TEMPORARY_REASONS.includes(disabledReason as DisabledReason);
  // Stripe's times are whole seconds.
  const isLater =
    disabledAt !== null && card.replacedAt !== null && card.replacedAt >= wholeSeconds(disabledAt);
  if (!isTemporary || !isLater || !coversTerms(consent, terms, card.brand)) return;
  await tx.autoTopUpRule.update({
    where: { customerId },
    data: { enabled: true, disabledReason: null, disabledAt: null, nextEvaluationAt: null },
  });
  await tx.ledgerAccount.update({
    where: { customerId },
    data: { autoTopupThresholdNanos: fromCents(terms.threshold) },
  });
  await wakeAutoTopUp(tx, customerId);
}

function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
