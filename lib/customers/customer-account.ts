import { type Balance, readBalances } from "@/lib/ledger";
import { prisma, type Tx } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { NotFoundError } from "@/lib/platform/errors";
import { type CustomerId, isId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import type { Customer } from "./create-customer";

/** A customer with its balance. */
export interface CustomerAccount extends Customer {
  createdAt: Date;
  balance: Balance;
}

/** Lists all customers, or those that carry an e-mail address: there may be several. */
export async function listCustomers({
  email,
  ...request
}: PageRequest & { email?: string | undefined }): Promise<Page<CustomerAccount>> {
  const page = await readPage(
    request,
    (take, before) =>
      prisma().customer.findMany({
        where: {
          ...(email !== undefined && { email: normalizeEmail(email) }),
          ...(before !== undefined && { customerId: { lt: before } }),
        },
        orderBy: { customerId: "desc" }, // ids sort by creation time
        take,
      }),
    ({ customerId }) => customerId,
  );
  return { ...page, items: await withBalances(page.items, prisma()) };
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
