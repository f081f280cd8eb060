import { openLedgerAccount } from "@/lib/ledger";
import { prisma, type Tx, withTransaction } from "@/lib/platform/db";
import { normalizeEmail } from "@/lib/platform/email-address";
import { type CustomerId, newId } from "@/lib/platform/ids";

export interface Customer {
  customerId: CustomerId;
  name: string;
  email: string;
}

/** Creates a customer with a balance of zero. */
export function createCustomer(input: { name: string; email: string }): Promise<Customer> {
  return withTransaction((tx) => insertCustomer(tx, input));
}

/** Creates a customer in the caller's transaction. */
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

/** Finds the oldest customer with an email address. */
export async function findCustomerByEmail(email: string): Promise<Customer | null> {
  const row = await prisma().customer.findFirst({
    where: { email: normalizeEmail(email) },
    orderBy: { createdAt: "asc" },
  });
  return row && { customerId: row.customerId as CustomerId, name: row.name, email: row.email };
}

/** Reads a customer that must exist. */
export async function readCustomer(customerId: CustomerId, tx: Tx = prisma()): Promise<Customer> {
  const row = await tx.customer.findUniqueOrThrow({ where: { customerId } });
  return { customerId, name: row.name, email: row.email };
}

export async function findCustomer(customerId: CustomerId, tx: Tx = prisma()): Promise<Customer | null> {
  const row = await tx.customer.findUnique({ where: { customerId } });
  return row && { customerId, name: row.name, email: row.email };
}
