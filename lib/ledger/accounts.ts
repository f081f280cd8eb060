import type { Tx } from "@/lib/platform/db";
import { ConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { UnknownCustomerError } from "./errors";

/** Opens the account of a new customer, with a balance of zero, in the transaction that creates the customer. */
export async function openLedgerAccount(tx: Tx, customerId: CustomerId): Promise<void> {
  await tx.ledgerAccount.create({ data: { customerId } });
}

/**
 * Freezes an account, so that nothing new can be spent from it, or unfreezes it. Credits, refunds, reversals and captures
 * post in either state. A freeze by a dispute becomes a person's: the end of the dispute no longer lifts it.
 *
 * @returns false when the account had this status already
 * @throws UnknownCustomerError there is no such customer
 * @throws ConflictError the account is closed
 */
export async function setAccountStatus(
  tx: Tx,
  customerId: CustomerId,
  to: "active" | "frozen",
): Promise<boolean> {
  const [account] = await tx.$queryRaw<{ status: string }[]>`
    SELECT status FROM ledger_account WHERE customer_id = ${customerId} FOR UPDATE`;
  if (!account) throw new UnknownCustomerError();
  if (account.status === "closed") throw new ConflictError("This account is closed.");
  await tx.ledgerAccount.update({ where: { customerId }, data: { status: to, frozenBy: null } });
  return account.status !== to;
}

/**
 * Freezes an account because of a dispute. One that is frozen already stays as it is.
 *
 * @returns whether it was frozen now
 */
export async function freezeByDispute(tx: Tx, customerId: CustomerId, disputeId: string): Promise<boolean> {
  const { count } = await tx.ledgerAccount.updateMany({
    where: { customerId, status: "active" },
    data: { status: "frozen", frozenBy: disputeId },
  });
  return count > 0;
}

/**
 * Lifts the freeze of a dispute that has ended, unless another one is open, which then holds it. A freeze by anybody else
 * stays.
 *
 * @param openDisputeId another dispute of the customer that is still open
 * @returns whether the account can spend again
 */
export async function unfreezeByDispute(
  tx: Tx,
  customerId: CustomerId,
  disputeId: string,
  openDisputeId: string | null,
): Promise<boolean> {
  const { count } = await tx.ledgerAccount.updateMany({
    where: { customerId, frozenBy: disputeId },
    data: openDisputeId === null ? { status: "active", frozenBy: null } : { frozenBy: openDisputeId },
  });
  return count > 0 && openDisputeId === null;
}
