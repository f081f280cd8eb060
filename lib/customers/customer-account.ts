import { type Balance, readBalances } from "@/lib/ledger";
import { prisma, type Tx } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import type { Customer } from "./create-customer";

/** A customer with its balance. */
export interface CustomerAccount extends Customer {
  createdAt: Date;
  balance: Balance;
}

/** One page of customers, newest first. */
export interface CustomerPage {
  customers: CustomerAccount[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: string | null;
}

/** Lists all customers, or those with an email address, which several can share. */
export async function listCustomers(options: {
  email?: string | undefined;
  before?: string | undefined;
  limit: number;
}): Promise<CustomerPage> {
  const rows = await prisma().customer.findMany({
    where: {
      ...(options.email !== undefined && { email: normalizeEmail(options.email) }),
      ...(options.before !== undefined && { customerId: { lt: options.before } }),
    },
    orderBy: { customerId: "desc" }, // an id begins with the time of its making
    take: options.limit + 1, // one more tells whether there is a next page
  });
  const customers = await withBalances(rows.slice(0, options.limit), prisma());
  return {
    customers,
    nextBefore: rows.length > options.limit ? (customers.at(-1)?.customerId ?? null) : null,
  };
}

/**
 * Reads one customer with its balance.
 *
 * @param tx the transaction of a change that returns the customer, so that nothing can fail after the commit
 * @throws NotFoundError the customer does not exist
 */
export async function readCustomerAccount(customerId: string, tx: Tx = prisma()): Promise<CustomerAccount> {
  const row = isId("customer", customerId) ? await tx.customer.findUnique({ where: { customerId } }) : null;
  const [account] = row ? await withBalances([row], tx) : [];
  if (!account) throw new NotFoundError("customer");
  return account;
}

async function withBalances(
  rows: readonly { customerId: string; name: string; email: string; createdAt: Date }[],
  tx: Tx,
): Promise<CustomerAccount[]> {
  const balances = await readBalances(
    rows.map((row) => row.customerId as CustomerId),
    tx,
  );
  return rows.map(({ customerId, name, email, createdAt }) => {
    const balance = balances.get(customerId as CustomerId);
    if (!balance) throw new Error(`The customer ${customerId} has no ledger account.`);
    return { customerId: customerId as CustomerId, name, email, createdAt, balance };
  });
}
