import { Prisma, prisma } from "@/lib/platform/db";
import { normalizeEmail, parseEmail } from "@/lib/platform/email-address";
import { newId, type UserId } from "@/lib/platform/ids";

/** A row of `app_user`. */
export type User = Prisma.UserGetPayload<object>;

/** A login at GitHub or Google. */
export interface ProviderAccount {
  provider: string;
  providerAccountId: string;
}

/** A one-time token of a sign-in e-mail, as its hash. */
export interface SignInToken {
  identifier: string;
  token: string;
  expires: Date;
}

/** Creates a user whose e-mail address was verified by the sign-in. */
export function createVerifiedUser(input: {
  email: string;
  emailVerified?: Date | null;
  name?: string | null;
  image?: string | null;
}): Promise<User> {
  const { email, emailVerified, name = null, image = null } = input;
  return prisma().user.create({
    data: {
      id: newId("user"),
      email: normalizeEmail(email),
      emailVerified: emailVerified ?? new Date(),
      name,
      image,
    },
  });
}

export function readUser(userId: string): Promise<User> {
  return prisma().user.findUniqueOrThrow({ where: { id: userId } });
}

export function findUserByEmail(email: string): Promise<User | null> {
  return prisma().user.findUnique({ where: { email: normalizeEmail(email) } });
}

export async function findUserByProviderAccount({
  provider,
  providerAccountId,
}: ProviderAccount): Promise<User | null> {
  const account = await prisma().account.findUnique({
    where: { provider_providerAccountId: { provider, providerAccountId } },
    include: { user: true },
  });
  return account?.user ?? null;
}

/** Links a provider account to a user. The provider's tokens are not stored: Brim has no use for them. */
export async function linkProviderAccount(
  userId: UserId,
  { type, provider, providerAccountId }: ProviderAccount & { type: string },
): Promise<void> {
  await prisma().account.create({ data: { userId, type, provider, providerAccountId } });
}

export function createSignInToken({ identifier, token, expires }: SignInToken): Promise<SignInToken> {
  return prisma().verificationToken.create({ data: { identifier, token, expires } });
}

/**
 * Deletes the token of a sign-in link and returns it, or null when it does not exist or was used before.
 *
 * @param link taken from the link's URL, so it can be anything
 */
export async function redeemSignInToken(link: {
  identifier: string;
  token: string;
}): Promise<SignInToken | null> {
  const { identifier, token } = link;
  if (parseEmail(identifier) === null) return null;
  try {
    return await prisma().verificationToken.delete({ where: { identifier_token: { identifier, token } } });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2025") return null;
    throw error;
  }
}
