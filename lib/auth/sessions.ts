import { prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, newId, type SessionId, type UserId } from "@/lib/platform/ids";
import type { SignedInUser } from "./users";

/** A signed-in browser and its user. */
export interface Session extends SignedInUser {
  sessionId: SessionId;
  /** Set when a billing link opened the session: it gives access to this customer only. */
  onlyCustomerId: CustomerId | null;
}

/** Starts a session. It is never extended, and never gets more access: a later sign-in starts another one. */
export async function startSession(
  tx: Tx,
  session: { userId: UserId; onlyCustomerId: CustomerId | null; expiresAt: Date },
  now: Date,
): Promise<SessionId> {
  const sessionId = newId("session");
  await tx.userSession.create({ data: { sessionId, createdAt: now, ...session } });
  return sessionId;
}

/** Finds a session that has not ended, with its user. */
export async function findSession(sessionId: SessionId, now: Date): Promise<Session | null> {
  const row = await prisma().userSession.findUnique({
    where: { sessionId, expiresAt: { gt: now } },
    include: { user: { select: { email: true, name: true } } },
  });
  return (
    row && {
      sessionId,
      userId: row.userId as UserId,
      onlyCustomerId: row.onlyCustomerId as CustomerId | null,
      email: row.user.email,
      name: row.user.name,
    }
  );
}

export async function endSession(sessionId: SessionId, tx: Tx = prisma()): Promise<void> {
  await tx.userSession.deleteMany({ where: { sessionId } });
}

/**
 * Ends all sessions of the user, on every device. A session for one customer only ends those for the same customer, because
 * it must not affect what it has no access to.
 */
export async function endSessionsLike({ userId, onlyCustomerId }: Session): Promise<void> {
  await prisma().userSession.deleteMany({
    where: onlyCustomerId === null ? { userId } : { userId, onlyCustomerId },
  });
}

/** Deletes expired sessions and sign-in links. */
export async function pruneSessions(now: Date): Promise<{ deleted: number }> {
  const [sessions, links] = await Promise.all([
    prisma().userSession.deleteMany({ where: { expiresAt: { lte: now } } }),
    prisma().verificationToken.deleteMany({ where: { expires: { lte: now } } }),
  ]);
  return { deleted: sessions.count + links.count };
}
