import { Prisma, prisma } from "@/lib/platform/db";
import type { TopUpRef } from "@/lib/top-ups";

/**
 * Claims a top-up that is due by scheduling its next check, a minute later and then less and less often, but at least every 15
 * minutes. So a crash only delays it.
 *
 * @returns false when another worker has claimed it, or it is not due
 */
export async function claimDueCharge({ customerId, topUpIntentId }: TopUpRef, now: Date): Promise<boolean> {
  const claimed = await prisma().$executeRaw(Prisma.sql`
    UPDATE topup_intent
    SET check_count = check_count + 1,
        next_check_at = ${now}::timestamptz + least(15, 2 ^ least(check_count, 10)) * interval '1 minute'
    WHERE (customer_id, topup_intent_id) = (
      SELECT customer_id, topup_intent_id FROM topup_intent
      WHERE customer_id = ${customerId} AND topup_intent_id = ${topUpIntentId}
        AND next_check_at <= ${now}::timestamptz AND credited_at IS NULL
      FOR UPDATE SKIP LOCKED
    )`);
  return claimed > 0;
}
