import { prisma } from "@/lib/platform/db";

/** Thirty days, in which somebody may ask who signed in with a link. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/** Deletes links that expired more than 30 days ago. Their creation stays in `operator_action` for good. */
export async function pruneBillingLinks(now: Date): Promise<{ deleted: number }> {
  const { count } = await prisma().billingLink.deleteMany({
    where: { expiresAt: { lt: new Date(now.getTime() - KEEP_MS) } },
  });
  return { deleted: count };
}
