import { hasLogin, lockUser, type Role } from "@/lib/auth";
import { prisma, type Tx, withTransaction } from "@/lib/platform/db";
import type { CustomerId, UserId } from "@/lib/platform/ids";
import { insertCustomer } from "./create-customer";

/** Gives a user a role at a customer, or changes it. */
export async function addMember(input: {
  customerId: CustomerId;
  userId: UserId;
  role: Role;
}): Promise<void> {
  const { customerId, userId, role } = input;
  await prisma().membership.upsert({
    where: { customerId_userId: { customerId, userId } },
    create: { customerId, userId, role },
    update: { role },
  });
}

/** Makes a user a member, in a transaction that does more. Who is one already keeps the role. */
export async function keepMember(
  tx: Tx,
  input: { customerId: CustomerId; userId: UserId; role: Role },
): Promise<void> {
  await tx.membership.createMany({ data: input, skipDuplicates: true });
}

/** The user's role at a customer; null when it is none of its members. Read at each request, so that leaving works at once. */
export async function roleOf(userId: UserId, customerId: CustomerId): Promise<Role | null> {
  const row = await prisma().membership.findUnique({ where: { customerId_userId: { customerId, userId } } });
  return row ? (row.role as Role) : null;
}

/** Whether an e-mail address has access to anything here: it has a login, or a customer carries it. */
export async function isKnownAddress(email: string): Promise<boolean> {
  const [isLogin, customers] = await Promise.all([
    hasLogin(email),
    prisma().customer.count({ where: { email }, take: 1 }),
  ]);
  return isLogin || customers > 0;
}

/** A customer as one of its members sees it. */
export interface MemberOf {
  customerId: CustomerId;
  name: string;
  role: Role;
}

/** The customers of a user, the first joined first. */
export async function listCustomersOf(userId: UserId): Promise<MemberOf[]> {
  const rows = await prisma().membership.findMany({
    where: { userId },
    include: { customer: true },
    orderBy: [{ createdAt: "asc" }, { customerId: "asc" }],
  });
  return rows.map((row) => ({
    customerId: row.customerId as CustomerId,
    name: row.customer.name,
    role: row.role as Role,
  }));
}

/**
 * Lets a user whose e-mail is verified join the customers that carry it. With `mayCreate` somebody who would have none
 * gets a customer of its own. Runs at each sign-in; a second time changes nothing.
 */
export async function joinCustomersByEmail(
  user: { userId: UserId; email: string; name: string | null },
  options: { mayCreate: boolean },
): Promise<void> {
  await withTransaction(async (tx) => {
    await lockUser(tx, user.userId); // two first sign-ins at once must not create two customers
    const carrying = await tx.customer.findMany({ where: { email: user.email } });
    for (const { customerId } of carrying) {
      await tx.membership.upsert({
        where: { customerId_userId: { customerId, userId: user.userId } },
        create: { customerId, userId: user.userId, role: "owner" },
        update: {},
      });
    }
    const isMember = (await tx.membership.count({ where: { userId: user.userId } })) > 0;
    if (isMember || !options.mayCreate) return;
    const { customerId } = await insertCustomer(tx, { name: user.name ?? user.email, email: user.email });
    await tx.membership.create({ data: { customerId, userId: user.userId, role: "owner" } });
  });
}
