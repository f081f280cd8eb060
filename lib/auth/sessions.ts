import { prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, newId, type SessionId, type UserId } from "@/lib/platform/ids";
import type { SignedInUser } from "./users";

/** A browser that is signed in, and who uses it. */
export interface Session extends SignedInUser {
  sessionId: SessionId;
  /** Set when a billing link opened the session: it is good for this customer alone, whatever else the user belongs to. */
  onlyCustomerId: CustomerId | null;
}

/** Starts a session. It is never extended or widened: a later sign-in starts another one. */
export async function startSession(
  tx: Tx,
  session: { userId: UserId; onlyCustomerId: CustomerId | null; expiresAt: Date },
  now: Date,
): Promise<SessionId> {
  const sessionId = newId("session");
  await tx.userSession.create({ data: { sessionId, createdAt: now, ...session } });
  return sessionId;
}

/** Reads a session with its user. Returns null when it has ended. */
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

/** Ends one session, in every tab of its browser. */
export async function endSession(sessionId: SessionId, tx: Tx = prisma()): Promise<void> {
  await tx.userSession.deleteMany({ where: { sessionId } });
}

/**
 * Ends a session and the user's others on every device. A session for one customer alone ends only those for the same
 * customer: it must not reach what it cannot open.
 */
export async function endSessionsLike({ userId, onlyCustomerId }: Session): Promise<void> {
  await prisma().userSession.deleteMany({
    where: onlyCustomerId === null ? { userId } : { userId, onlyCustomerId },
  });
}

/** Deletes what can no longer sign anybody in: sessions and sign-in links that have expired. */
export async function pruneSessions(now: Date): Promise<{ deleted: number }> {
  const [sessions, links] = await Promise.all([
    prisma().userSession.deleteMany({ where: { expiresAt: { lte: now } } }),
    prisma().verificationToken.deleteMany({ where: { expires: { lte: now } } }),
  ]);
  return { deleted: sessions.count + links.count };
}
