import { prisma, type Tx } from "@/lib/platform/db";
import { normalizeEmail, parseEmail } from "@/lib/platform/email-address";
import { env } from "@/lib/platform/env";
import { newId, type UserId } from "@/lib/platform/ids";
import { hashPassword, isPassword } from "./password";

/** A login, as sign-in needs it. */
export interface SignedInUser {
  userId: UserId;
  email: string;
  name: string | null;
}

/** Makes or renews a login with a password. Only the demo has passwords. */
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
 * The login with an e-mail address, made when there is none. The address is somebody's word: it counts as proven only
 * after a sign-in.
 *
 * @param email in lower case
 */
export async function provideUser(tx: Tx, email: string): Promise<SignedInUser> {
  await tx.user.createMany({ data: { id: newId("user"), email }, skipDuplicates: true });
  const user = await tx.user.findUniqueOrThrow({ where: { email } });
  return { userId: user.id as UserId, email: user.email, name: user.name };
}

/** Whether somebody has a login with an e-mail address. */
export async function hasLogin(email: string): Promise<boolean> {
  return (await prisma().user.count({ where: { email }, take: 1 })) > 0;
}

/** Locks a user until the transaction ends, so that two sign-ins at once run one after the other. */
export async function lockUser(tx: Tx, userId: UserId): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM app_user WHERE user_id = ${userId} FOR UPDATE`;
}

/** How somebody has just proved an e-mail address: the account at a provider, or null for a sign-in link. */
export interface AddressProof {
  email: string;
  account: { provider: string; providerAccountId: string } | null;
}

/**
 * Records that a user has proved an e-mail address.
 *
 * The first proof takes away what was attached to the login before: an operator's word is enough to create a login, so
 * whoever got hold of it earlier may be somebody else. Provider accounts, a password and sessions end; memberships stay,
 * because they are the operator's word too.
 *
 * @returns whether the address is the login's own. If it is not, the proof says nothing about what belongs to the login's
 *   address.
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

/** The user whom an e-mail and a password belong to, or null. Answers null at once outside the demo. */
export async function findUserByPassword(email: string, password: string): Promise<SignedInUser | null> {
  const address = parseEmail(email);
  if (!env().BRIM_DEMO || address === null) return null;
  const user = await prisma().user.findUnique({ where: { email: address } });
  if (!user?.passwordHash || !(await isPassword(password, user.passwordHash))) return null;
  return { userId: user.id as UserId, email: user.email, name: user.name };
}
