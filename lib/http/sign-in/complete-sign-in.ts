import { recordAddressProof, startSession } from "@/lib/auth";
import { joinCustomersByEmail } from "@/lib/customers";
import { prisma, withTransaction } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { isId, type SessionId, type UserId } from "@/lib/platform/ids";
import { provenAddress, type SignIn } from "./proven-address";

/** How long a sign-in lasts. It is not extended. */
export const SESSION_SECONDS = 30 * 24 * 60 * 60;

/**
 * Completes a sign-in: records the proof of the address, joins the customers that carry it, and starts the session last,
 * so that a sign-in that fails halfway leaves none.
 */
export async function completeSignIn(
  signIn: SignIn & { user: { name?: string | null } },
  now: Date,
): Promise<{ userId: UserId; sessionId: SessionId }> {
  const { id: userId, name = null } = signIn.user;
  const email = provenAddress(signIn);
  if (!isId("user", userId) || !email) throw new Error("A sign-in ended without a user of ours.");
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

/** The provider account of a sign-in, if it came from one. */
function accountOf({ account }: SignIn): { provider: string; providerAccountId: string } | null {
  if (account?.provider !== "github" && account?.provider !== "google") return null;
  return { provider: account.provider, providerAccountId: account.providerAccountId };
}
