import type { SignedInUser } from "@/lib/auth";
import { prisma } from "@/lib/platform/db";
import { readSessionUser } from "../session";

/** Who is signed in, as pages show it; null for nobody, and for a user who no longer exists. */
export async function readSignedInUser(headers: Headers): Promise<SignedInUser | null> {
  const userId = await readSessionUser(headers);
  if (!userId) return null;
  const row = await prisma().user.findUnique({ where: { id: userId }, select: { email: true, name: true } });
  return row && { userId, ...row };
}
