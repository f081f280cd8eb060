import { type Nanos, nanos } from "@/lib/money";
import { prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** The status of an account: a frozen or closed one can spend nothing new. A CHECK in the database has the same list. */
export const ACCOUNT_STATUSES = ["active", "frozen", "closed"] as const;

/** `available` is what the customer can spend: the balance minus open holds. */
export interface Balance {
  balance: Nanos;
  held: Nanos;
  available: Nanos;
  status: (typeof ACCOUNT_STATUSES)[number];
}

/** Reads a customer's balance. */
export async function readBalance(customerId: CustomerId): Promise<Balance> {
  return balanceOf(await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } }));
}

/** Reads the balances of several customers. Customers without an account are left out. */
export async function readBalances(
  customerIds: readonly CustomerId[],
  tx: Tx = prisma(),
): Promise<Map<CustomerId, Balance>> {
  const accounts = await tx.ledgerAccount.findMany({ where: { customerId: { in: [...customerIds] } } });
  return new Map(accounts.map((account) => [account.customerId as CustomerId, balanceOf(account)]));
}

function balanceOf(account: { balanceNanos: bigint; heldNanos: bigint; status: string }): Balance {
  return {
    balance: nanos(account.balanceNanos),
    held: nanos(account.heldNanos),
    available: nanos(account.balanceNanos - account.heldNanos),
    status: account.status as Balance["status"],
  };
}
