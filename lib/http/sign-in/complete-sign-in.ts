import { recordAddressProof, startSession } from "@/lib/auth";
import { joinCustomersByEmail } from "@/lib/customers";
import { prisma, withTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { isId, type SessionId, type UserId } from "@/lib/platform/ids";
import { type SignIn, verifiedEmailOf } from "./verified-email";

/** How long a session lasts. It is not extended. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

/**
 * Completes a sign-in: records that the address is verified, joins the customers that have it, and finally starts the
 * session, so that a sign-in that fails halfway leaves none.
 */
export async function completeSignIn(
  signIn: SignIn & { user: { name?: string | null } },
  now: Date,
): Promise<{ userId: UserId; sessionId: SessionId }> {
  const { id: userId, name = null } = signIn.user;
  const email = verifiedEmailOf(signIn);
  if (!isId("user", userId) || !email) throw new Error("The sign-in has no user or verified email address.");
  const proof = { email, account: accountOf(signIn) };
  const { isOwnAddress } = await withTransaction((tx) => recordAddressProof(tx, userId, proof, now));
  if (isOwnAddress) {
    await joinCustomersByEmail({ userId, email, name }, { mayCreate: env().SIGNUP === "open" });
  }
  const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1_000);
  return {
    userId,
    sessionId: await startSession(prisma(), { userId, onlyCustomerId: null, expiresAt }, now),
  };
}

/** Returns the provider account of a sign-in, if there is one. */
function accountOf({ account }: SignIn): { provider: string; providerAccountId: string } | null {
  if (account?.provider !== "github" && account?.provider !== "google") return null;
  return { provider: account.provider, providerAccountId: account.providerAccountId };
}
