import { type Cents, cents } from "@/lib/money";
import { prisma, withCustomerTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** A customer can choose at most this many. */
export const MAX_LOW_BALANCE_THRESHOLDS = 10;

/** Lists the levels below which the customer is told about the balance, highest first. */
export async function readLowBalanceThresholds(customerId: CustomerId): Promise<Cents[]> {
  const rows = await prisma().lowBalanceThreshold.findMany({
    where: { customerId },
    orderBy: { thresholdCents: "desc" },
  });
  return rows.map(({ thresholdCents }) => cents(BigInt(thresholdCents)));
}

/**
 * Replaces the levels. One that stays keeps its state; a new one that the balance is already below is reported by the next
 * sweep.
 *
 * @param thresholds different amounts, at most `MAX_LOW_BALANCE_THRESHOLDS`
 */
export async function replaceLowBalanceThresholds(
  customerId: CustomerId,
  thresholds: readonly Cents[],
): Promise<void> {
  const wanted = thresholds.map(Number);
  await withCustomerTransaction(customerId, async (tx) => {
    // Two requests at once: the second waits here, and then sees what the first wrote.
    await tx.$queryRaw`SELECT 1 AS one FROM customer WHERE customer_id = ${customerId} FOR NO KEY UPDATE`;
    await tx.lowBalanceThreshold.deleteMany({ where: { customerId, thresholdCents: { notIn: wanted } } });
    await tx.lowBalanceThreshold.createMany({
      data: wanted.map((thresholdCents) => ({ customerId, thresholdCents })),
      skipDuplicates: true,
    });
  });
}
