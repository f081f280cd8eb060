import type { SignedInUser } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import { type BrowserSession, readSession } from "./session";

/** Who is signed in, and whether the session is for one customer alone. */
export type SessionUser = SignedInUser & BrowserSession;

/** Who is signed in, as pages show it; null for nobody, and for a user who no longer exists. */
export async function readSignedInUser(headers: Headers): Promise<SessionUser | null> {
  const session = await readSession(headers);
  if (!session) return null;
  const row = await prisma().user.findUnique({
    where: { id: session.userId },
    select: { email: true, name: true },
  });
  return row && { ...session, ...row };
}
