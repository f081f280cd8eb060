import type { Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Gives a new customer its balance of zero, in the transaction that makes the customer. */
export async function openLedgerAccount(tx: Tx, customerId: CustomerId): Promise<void> {
  await tx.ledgerAccount.create({ data: { customerId } });
}
