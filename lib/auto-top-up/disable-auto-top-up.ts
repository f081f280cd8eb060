import { Prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Why a rule is disabled, where something else than a person did it. */
export type DisabledReason =
  | "dispute_opened"
  | "fraud_warning"
  | "balance_reversed"
  | "card_declined"
  | "payment_method_expired";

/** With these a rule comes back by itself when its card is replaced. With any other only a person can enable it. */
const TEMPORARY_REASONS: readonly DisabledReason[] = ["card_declined", "payment_method_expired"];

/**
 * Locks a customer's rule, if there is one. It comes before top-ups, refunds and the account in the order of locks, so a
 * transaction that may disable the rule locks it first.
 */
export async function lockAutoTopUpRule(tx: Tx, customerId: CustomerId): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS one FROM auto_topup_rule WHERE customer_id = ${customerId} FOR UPDATE`;
}

/**
 * Disables a customer's auto top-up. A rule that is disabled keeps its reason, unless with that it would come back by
 * itself and with the new one it does not.
 *
 * @returns false when nothing was to be changed
 */
export async function disableAutoTopUp(
  tx: Tx,
  customerId: CustomerId,
  reason: DisabledReason,
): Promise<boolean> {
  const weaker = TEMPORARY_REASONS.includes(reason) ? [] : [...TEMPORARY_REASONS];
  const disabled = await tx.$executeRaw(Prisma.sql`
    UPDATE auto_topup_rule
    SET enabled = false, disabled_reason = ${reason}, disabled_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE customer_id = ${customerId} AND (enabled OR disabled_reason = ANY (${weaker}::text[]))`);
  if (disabled === 0) return false;
  await tx.ledgerAccount.updateMany({ where: { customerId }, data: { autoTopupThresholdNanos: null } });
  return true;
}
