import { mailCustomer } from "@/lib/emails";
import { Prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { wakeAutoTopUp } from "./wake";

/** Why a rule is disabled, where something else than its customer did it. A CHECK in the database has the same list. */
export const DISABLED_REASONS = [
  "payment_method_detached",
  "payment_method_expired",
  "card_declined",
  "card_brand_changed",
  "authentication_required",
  "address_required",
  "dispute_opened",
  "fraud_warning",
  "balance_reversed",
  "customer_balance",
  "stripe_setup",
] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** With these a rule comes back by itself when its card is replaced. With any other only a person can enable it. */
export const TEMPORARY_REASONS: readonly DisabledReason[] = ["card_declined", "payment_method_expired"];

/**
 * Locks a customer's rule, if there is one. It comes before top-ups, refunds and the account in the order of locks, so a
 * transaction that may disable the rule locks it first.
 */
export async function lockAutoTopUpRule(tx: Tx, customerId: CustomerId): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS one FROM auto_topup_rule WHERE customer_id = ${customerId} FOR UPDATE`;
}

/**
 * Disables a customer's auto top-up. A rule that is disabled keeps its reason, unless with that it would come back by
 * itself and with the new one it does not. An unresolved top-up is given up afterwards by the task that this enqueues.
 *
 * @returns false when nothing was to be changed
 */
export async function disableAutoTopUp(
  tx: Tx,
  customerId: CustomerId,
  reason: DisabledReason,
): Promise<boolean> {
  const weaker = TEMPORARY_REASONS.includes(reason) ? [] : [...TEMPORARY_REASONS];
  const [disabled] = await tx.$queryRaw<{ disabled_at: Date }[]>(Prisma.sql`
    UPDATE auto_topup_rule
    SET enabled = false, disabled_reason = ${reason}, disabled_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE customer_id = ${customerId} AND (enabled OR disabled_reason = ANY (${weaker}::text[]))
    RETURNING disabled_at`);
  if (!disabled) return false;
  await mailCustomer(tx, {
    customerId,
    kind: "auto_topup_disabled",
    subjectId: disabled.disabled_at.toISOString(),
    details: { reason },
  });
  await tx.ledgerAccount.updateMany({ where: { customerId }, data: { autoTopupThresholdNanos: null } });
  await wakeAutoTopUp(tx, customerId);
  return true;
}
