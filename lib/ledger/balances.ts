import { type Nanos, nanos } from "@/lib/money";
import { prisma, type Tx } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** How an account stands: nothing new can be spent from one that is frozen or closed. The database says the same. */
export const ACCOUNT_STATUSES = ["active", "frozen", "closed"] as const;

/** What a customer has. `available` is what can be spent: the balance less what is held. */
export interface Balance {
  balance: Nanos;
  held: Nanos;
  available: Nanos;
  status: (typeof ACCOUNT_STATUSES)[number];
}

/** Reads a balance: one row, always exact. */
export async function readBalance(customerId: CustomerId): Promise<Balance> {
  return balanceOf(await prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } }));
}

/** Reads the balances of some customers. Who has no account is left out. */
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
