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
 * post in either state.
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
  if (account.status === to) return false;
  await tx.ledgerAccount.update({ where: { customerId }, data: { status: to } });
  return true;
}
