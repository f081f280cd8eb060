import { prisma } from "@/lib/platform/db";

/** Thirty days: who asks who came in by which link, asks within a month. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/**
 * Deletes the links that ended more than 30 days ago. Until then a row says who came in and when; that the operator made
 * the link stays written down in `operator_action` for good.
 *
 * @returns how many were deleted
 */
export async function pruneBillingLinks(now: Date): Promise<{ deleted: number }> {
  const { count } = await prisma().billingLink.deleteMany({
    where: { expiresAt: { lt: new Date(now.getTime() - KEEP_MS) } },
  });
  return { deleted: count };
}
