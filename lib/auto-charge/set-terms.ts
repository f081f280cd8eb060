import {
  type AutoTopUpRule,
  type AutoTopUpTerms,
  type ConsentGiver,
  coversTerms,
  findConsent,
  giveConsent,
  wakeAutoTopUp,
} from "@/lib/auto-top-up";
import { fromCents } from "@/lib/money";
import { Prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { whereUnresolved } from "./charges";

/**
 * Enables a locked rule under new terms, with the customer's consent to them, and evaluates it.
 *
 * @param rule as it is stored, with the new terms
 * @param wasEnabled whether it was enabled before the change
 */
export async function enableUnderTerms(
  tx: Tx,
  rule: AutoTopUpRule,
  change: { terms: AutoTopUpTerms; cardBrand: string; giver: ConsentGiver; wasEnabled: boolean },
  now: Date,
): Promise<void> {
  const { terms, wasEnabled } = change;
  const consentId = await consentTo(tx, rule, change, now);
  await enable(tx, rule, { terms, consentId, isEnabling: !wasEnabled }, now);
}

/** @returns the id of the consent to these terms: the one that there is, or a new one */
async function consentTo(
  tx: Tx,
  rule: AutoTopUpRule,
  change: { terms: AutoTopUpTerms; cardBrand: string; giver: ConsentGiver; wasEnabled: boolean },
  now: Date,
): Promise<string> {
  const { terms, cardBrand, giver, wasEnabled } = change;
  const known = await findConsent(rule, tx);
  if (wasEnabled && known && coversTerms(known, terms, cardBrand)) return known.consentId;
  const customerId = rule.customerId as CustomerId;
  const { consentId } = await giveConsent(tx, customerId, { terms, cardBrand, giver }, now);
  return consentId;
}

async function enable(
  tx: Tx,
  rule: AutoTopUpRule,
  { terms, consentId, isEnabling }: { terms: AutoTopUpTerms; consentId: string; isEnabling: boolean },
  now: Date,
): Promise<void> {
  const customerId = rule.customerId as CustomerId;
  const isNew = isEnabling || consentId !== rule.consentId;
  // By the clock of the database, as the entries of the ledger that it is compared with.
  await tx.$executeRaw(Prisma.sql`
    UPDATE auto_topup_rule
    SET enabled = true, disabled_reason = NULL, disabled_at = NULL, consent_id = ${consentId},
        enabled_at = CASE WHEN ${isNew} THEN clock_timestamp() ELSE enabled_at END
    WHERE customer_id = ${customerId}`);
  await tryNewCardAtOnce(tx, customerId, terms.paymentMethodId, now);
  await tx.ledgerAccount.update({
    where: { customerId },
    data: { autoTopupThresholdNanos: fromCents(terms.threshold) },
  });
  await wakeAutoTopUp(tx, customerId);
}

/** A top-up that waits after a decline is tried with a new card at once. */
async function tryNewCardAtOnce(
  tx: Tx,
  customerId: CustomerId,
  paymentMethodId: string,
  now: Date,
): Promise<void> {
  await tx.topUpIntent.updateMany({
    where: {
      ...whereUnresolved(customerId),
      status: "retry_wait",
      closingStatus: null,
      paymentMethodId: { not: paymentMethodId },
    },
    data: { nextAttemptAt: now, nextCheckAt: now, checkCount: 0, version: { increment: 1 } },
  });
}
