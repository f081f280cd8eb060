import {
  type ConsentGiver,
  findRaisedCaps,
  giveConsent,
  lockRule,
  raisedDailyCaps,
  termsOf,
  wakeAutoTopUp,
} from "@/lib/auto-top-up";
import { withCustomerTransaction } from "@/lib/platform/db";
import { ConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { findCard } from "./check-rule";

/** There is no enabled rule whose caps could be raised. */
export class AutoTopUpDisabledError extends ConflictError {
  constructor() {
    super("Auto top-up is disabled, so its daily caps cannot be raised.");
  }

  override get details() {
    return { reason: "auto_topup_disabled" };
  }
}

/**
 * Doubles the daily caps for 24 hours, with the customer's consent. The monthly cap stays. While they are raised, asking again
 * changes nothing.
 *
 * @throws AutoTopUpDisabledError auto top-up is disabled
 */
export function allowMore(customerId: CustomerId, giver: ConsentGiver, now: Date): Promise<void> {
  return withCustomerTransaction(customerId, async (tx) => {
    const rule = await lockRule(tx, customerId);
    const terms = rule && termsOf(rule);
    const card = terms && (await findCard(tx, customerId, terms.paymentMethodId));
    if (!rule?.enabled || !terms || !card) throw new AutoTopUpDisabledError();
    if (await findRaisedCaps(tx, customerId, terms, now)) return;
    const raised = raisedDailyCaps(terms);
    await giveConsent(tx, customerId, { terms, cardBrand: card.cardBrand, giver, raised }, now);
    await tx.autoTopUpRule.update({ where: { customerId }, data: { nextEvaluationAt: null } });
    await wakeAutoTopUp(tx, customerId);
  });
}
