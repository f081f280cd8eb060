import { startSession } from "@/lib/auth";
import { sessionCookie } from "@/lib/http/sign-in/session";
import { prisma } from "@/lib/platform/db";
import type { CustomerId, UserId } from "@/lib/platform/ids";

/** Creates a session for a user. Returns its `Cookie` header. */
export async function sessionOf(userId: UserId, onlyCustomerId: CustomerId | null = null): Promise<string> {
  const now = new Date();
  const expiresAt = new Date(now.getTime() + 3_600_000);
  const sessionId = await startSession(prisma(), { userId, onlyCustomerId, expiresAt }, now);
  return (await sessionCookie({ userId, sessionId }, 3_600)).split(";")[0] ?? "";
}
