import { openLedgerAccount } from "@/lib/ledger";
import { prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { type CustomerId, newId } from "@/lib/platform/ids";

/** A customer as it is shown. */
export interface Customer {
  customerId: CustomerId;
  name: string;
  email: string;
}

/** Makes a customer together with its balance of zero. */
export function createCustomer(input: { name: string; email: string }): Promise<Customer> {
  return withTransaction((tx) => insertCustomer(tx, input));
}

/** The same inside a transaction that writes more. */
export async function insertCustomer(
  tx: Tx,
  input: { name: string; email: string; customerId?: CustomerId },
): Promise<Customer> {
  const customer = {
    customerId: input.customerId ?? newId("customer"),
    name: input.name,
    email: normalizeEmail(input.email),
  };
  await tx.customer.create({ data: customer });
  await openLedgerAccount(tx, customer.customerId);
  return customer;
}

/** The oldest customer that carries an e-mail address, or null. */
export async function findCustomerByEmail(email: string): Promise<Customer | null> {
  const row = await prisma().customer.findFirst({
    where: { email: normalizeEmail(email) },
    orderBy: { createdAt: "asc" },
  });
  return row && { customerId: row.customerId as CustomerId, name: row.name, email: row.email };
}

/** Reads a customer that is known to exist. */
export async function readCustomer(customerId: CustomerId, tx: Tx = prisma()): Promise<Customer> {
  const row = await tx.customer.findUniqueOrThrow({ where: { customerId } });
  return { customerId, name: row.name, email: row.email };
}

/** The customer with an id, or null. */
export async function findCustomer(customerId: CustomerId, tx: Tx = prisma()): Promise<Customer | null> {
  const row = await tx.customer.findUnique({ where: { customerId } });
  return row && { customerId, name: row.name, email: row.email };
}
