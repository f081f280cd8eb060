import { type Nanos, nanos } from "@/lib/money";
import { inTransaction, prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, type HoldId, newId } from "@/lib/platform/ids";
import { readBalance } from "./balances";
import { RELEASE_HOLD } from "./close-hold";

/** Opens holds that no caller may capture or release but the operator. */
const SYSTEM = "system";

/**
 * Returns how much of a customer's own money is unspent: what is available less the grants in force, which were never
 * paid for. Locks the account, so that it stays so until the transaction ends.
 *
 * @returns null when the account is not active
 */
export async function readUnspent(tx: Tx, customerId: CustomerId): Promise<Nanos | null> {
  const [account] = await tx.$queryRaw<{ status: string; available: bigint }[]>`
    SELECT status, balance_nanos - held_nanos AS available FROM ledger_account
    WHERE customer_id = ${customerId} FOR UPDATE`;
  // A statement of its own: what it sees is no older than the lock.
  return account?.status === "active" ? unspentOf(tx, customerId, account.available) : null;
}

/** The same without a lock, to show it: it may change at any time. */
export async function previewUnspent(customerId: CustomerId): Promise<Nanos | null> {
  const { status, available } = await readBalance(customerId);
  return status === "active" ? unspentOf(prisma(), customerId, available) : null;
}

async function unspentOf(tx: Tx, customerId: CustomerId, available: bigint): Promise<Nanos> {
  const [grants] = await tx.$queryRaw<{ total: string }[]>`
    SELECT coalesce(sum(CASE kind WHEN 'grant' THEN amount_nanos ELSE -amount_nanos END), 0)::text AS total
    FROM ledger_transfer WHERE customer_id = ${customerId} AND kind IN ('grant', 'expiry')`;
  return nanos(available - BigInt(grants?.total ?? 0));
}

/**
 * Reserves a customer's unspent money until a refund of it is posted. Other than a hold for usage it never expires, wakes
 * no auto top-up, and counts as no spending.
 *
 * @param hold.key names what it is for, so that it is held once
 * @returns null when less is unspent, or the account is not active
 */
export async function holdUnspent(
  tx: Tx,
  hold: { customerId: CustomerId; amount: Nanos; key: string; description: string },
): Promise<HoldId | null> {
  const { customerId, amount, key, description } = hold;
  const unspent = await readUnspent(tx, customerId);
  if (unspent === null || amount > unspent) return null;
  const holdId = newId("hold");
  await tx.ledgerHold.create({
    data: {
      customerId,
      holdId,
      openedBy: SYSTEM,
      amountNanos: amount,
      idempotencyOwner: SYSTEM,
      idempotencyKey: key,
      requestHash: key,
      description,
    },
  });
  await tx.ledgerAccount.update({ where: { customerId }, data: { heldNanos: { increment: amount } } });
  return holdId;
}

/** Gives back what `holdUnspent` has reserved. A hold that is closed already stays as it is. */
export async function releaseUnspent(tx: Tx, customerId: CustomerId, holdId: string): Promise<void> {
  await inTransaction(tx).run(RELEASE_HOLD, [customerId, holdId, SYSTEM]);
}
