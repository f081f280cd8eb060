import { hasLogin, lockUser, type Role, scopesOfRole } from "@/lib/auth";
import { prisma, type Tx, withTransaction } from "@/lib/platform/db";
import type { CustomerId, UserId } from "@/lib/platform/ids";
import { insertCustomer } from "./create-customer";

/** Adds a user to a customer, or changes the user's role. */
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

/** Adds a user to a customer in the caller's transaction. A member keeps the current role. */
export async function addMemberUnlessPresent(
  tx: Tx,
  input: { customerId: CustomerId; userId: UserId; role: Role },
): Promise<void> {
  await tx.membership.createMany({ data: input, skipDuplicates: true });
}

/** Returns the user's role at a customer, or null. It is read at each request, so that removing a member works at once. */
export async function roleOf(userId: UserId, customerId: CustomerId): Promise<Role | null> {
  const row = await prisma().membership.findUnique({ where: { customerId_userId: { customerId, userId } } });
  return row ? (row.role as Role) : null;
}

/** Whether a login or a customer has an email address. */
export async function isKnownAddress(email: string): Promise<boolean> {
  const [isLogin, customers] = await Promise.all([
    hasLogin(email),
    prisma().customer.count({ where: { email }, take: 1 }),
  ]);
  return isLogin || customers > 0;
}

/**
 * Finds those who manage a customer's billing now: members who can pay, and the customer's own address. If somebody signs in
 * with that address, their membership decides, so that a removed member is not included.
 */
export async function findBillingRecipients(
  customerId: CustomerId,
): Promise<{ customerName: string; addresses: string[] }> {
  const { name, email } = await prisma().customer.findUniqueOrThrow({ where: { customerId } });
  const [members, isLogin] = await Promise.all([
    prisma().membership.findMany({ where: { customerId }, include: { user: true } }),
    hasLogin(email),
  ]);
  const payers = members.filter(({ role }) => scopesOfRole(role as Role).includes("billing:write"));
  const addresses = new Set([...(isLogin ? [] : [email]), ...payers.map(({ user }) => user.email)]);
  return { customerName: name, addresses: [...addresses] };
}

/** A customer as one of its members sees it. */
export interface MemberOf {
  customerId: CustomerId;
  name: string;
  role: Role;
}

/** Lists the customers of a user, the first joined first. */
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
 * Adds a user with a verified email address to the customers that have the same address. With `mayCreate`, a user without a
 * customer gets a new one. Runs at each sign-in; repeating it changes nothing.
 */
export async function joinCustomersByEmail(
  user: { userId: UserId; email: string; name: string | null },
  options: { mayCreate: boolean },
): Promise<void> {
  await withTransaction(async (tx) => {
    await lockUser(tx, user.userId); // two first sign-ins at once must not create two customers
    const matching = await tx.customer.findMany({ where: { email: user.email } });
    for (const { customerId } of matching) {
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
