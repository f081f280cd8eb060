import { prisma, type Tx } from "@/lib/platform/db";
import { normalizeEmail, parseEmail } from "@/lib/platform/email-address";
import { env } from "@/lib/platform/env";
import { newId, type UserId } from "@/lib/platform/ids";
import { hashPassword, isPassword } from "./password";

export interface SignedInUser {
  userId: UserId;
  email: string;
  name: string | null;
}

/** Creates or updates a user with a password. Only the demo has passwords. */
export async function createDemoUser(input: {
  email: string;
  name: string;
  password: string;
}): Promise<{ userId: UserId }> {
  const email = normalizeEmail(input.email);
  const passwordHash = await hashPassword(input.password);
  const user = await prisma().user.upsert({
    where: { email },
    create: { id: newId("user"), email, name: input.name, passwordHash, emailVerified: new Date() },
    update: { name: input.name, passwordHash, emailVerified: new Date() },
  });
  return { userId: user.id as UserId };
}

/**
 * Returns the user with an email address. Creates it if needed; its address is unverified until the first sign-in.
 *
 * @param email in lower case
 */
export async function findOrCreateUser(tx: Tx, email: string): Promise<SignedInUser> {
  await tx.user.createMany({ data: { id: newId("user"), email }, skipDuplicates: true });
  const user = await tx.user.findUniqueOrThrow({ where: { email } });
  return { userId: user.id as UserId, email: user.email, name: user.name };
}

/** Whether a user has an email address. */
export async function hasLogin(email: string): Promise<boolean> {
  return (await prisma().user.count({ where: { email }, take: 1 })) > 0;
}

/** Locks a user until the transaction ends, so that concurrent sign-ins run one after the other. */
export async function lockUser(tx: Tx, userId: UserId): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM app_user WHERE user_id = ${userId} FOR UPDATE`;
}

/** Proof of an email address: the account at a provider, or null for a sign-in link. */
export interface AddressProof {
  email: string;
  account: { provider: string; providerAccountId: string } | null;
}

/**
 * Records that a user has proved an email address.
 *
 * The first proof removes the user's provider accounts, password and sessions: an operator can create a user without proof of
 * its address, so somebody else may have signed in before. Memberships stay, because the operator granted them.
 *
 * @returns whether the address is the user's own. If not, it proves nothing about the user's own address.
 */
export async function recordAddressProof(
  tx: Tx,
  userId: UserId,
  { email, account }: AddressProof,
  now: Date,
): Promise<{ isOwnAddress: boolean }> {
  const [first] = await tx.user.updateManyAndReturn({
    where: { id: userId, email, emailVerified: null },
    data: { emailVerified: now, passwordHash: null },
  });
  if (first) {
    await tx.account.deleteMany({ where: { userId, ...(account && { NOT: account }) } });
    await tx.userSession.deleteMany({ where: { userId } });
  }
  return { isOwnAddress: (await tx.user.count({ where: { id: userId, email } })) > 0 };
}

/** Finds a user by email address and password. Always returns null outside the demo. */
export async function findUserByPassword(email: string, password: string): Promise<SignedInUser | null> {
  const address = parseEmail(email);
  if (!env().BRIM_DEMO || address === null) return null;
  const user = await prisma().user.findUnique({ where: { email: address } });
  if (!user?.passwordHash || !(await isPassword(password, user.passwordHash))) return null;
  return { userId: user.id as UserId, email: user.email, name: user.name };
}
