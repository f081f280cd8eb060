import { addNotice } from "@/lib/notices";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { dueItems } from "@/lib/platform/jobs";

/** A card is valid to the end of its month. `expiring`: for 30 days at most. */
export const CARD_EXPIRIES = ["valid", "expiring", "expired"] as const;
export type CardExpiry = (typeof CARD_EXPIRIES)[number];

const NOTICE_MS = 30 * 24 * 3_600_000;

const PAGE_SIZE = 100;

/** Tells whether a card has expired or soon will. */
export function expiryOf(card: { cardExpMonth: number; cardExpYear: number }, now: Date): CardExpiry {
  const endsAt = Date.UTC(card.cardExpYear, card.cardExpMonth);
  if (endsAt <= now.getTime()) return "expired";
  return endsAt - now.getTime() <= NOTICE_MS ? "expiring" : "valid";
}

interface ExpiringCard {
  customer_id: string;
  payment_method_id: string;
  exp_month: number;
  exp_year: number;
}

/**
 * Tells each customer once when the card that is charged automatically, or the default card, is about to expire.
 *
 * @returns the number of cards
 */
export async function sweepExpiringCards(now: Date = new Date()): Promise<number> {
  let count = 0;
  for await (const card of dueItems<ExpiringCard>((after) => findExpiring(now, after))) {
    const { customer_id, payment_method_id: paymentMethodId, exp_month: month, exp_year: year } = card;
    const subjectId = `${paymentMethodId}:${year}-${month}`;
    const details = { paymentMethodId, month, year };
    const customerId = customer_id as CustomerId;
    await withTransaction((tx) =>
      addNotice(tx, { customerId, kind: "card_expiring", subjectId, details }, now),
    );
    count++;
  }
  return count;
}

function findExpiring(now: Date, after: ExpiringCard | null): Promise<ExpiringCard[]> {
  const until = new Date(now.getTime() + NOTICE_MS);
  return prisma().$queryRaw<ExpiringCard[]>(Prisma.sql`
    SELECT p.customer_id, p.payment_method_id, p.card_exp_month AS exp_month, p.card_exp_year AS exp_year
    FROM payment_method p
    LEFT JOIN stripe_customer s ON s.customer_id = p.customer_id AND s.livemode = p.livemode
    LEFT JOIN auto_topup_rule r ON r.customer_id = p.customer_id AND r.enabled
    WHERE p.livemode = ${livemode()} AND p.detached_at IS NULL
      AND p.payment_method_id IN (r.payment_method_id, s.default_payment_method_id)
      AND make_timestamptz(p.card_exp_year, p.card_exp_month, 1, 0, 0, 0, 'UTC') + interval '1 month'
        BETWEEN ${now}::timestamptz AND ${until}::timestamptz
      AND (p.customer_id, p.payment_method_id) > (${after?.customer_id ?? ""}, ${after?.payment_method_id ?? ""})
    ORDER BY p.customer_id, p.payment_method_id LIMIT ${PAGE_SIZE}`);
}
