import { type MailProps, mailCustomer, type StoredMail } from "@/lib/emails";
import { Prisma, prisma, withTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { dueItems } from "@/lib/platform/jobs";
import { nameCard } from "./name-card";

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
  card_brand: string;
  card_last4: string;
  exp_month: number;
  exp_year: number;
  is_for_auto_topup: boolean;
}

/**
 * Emails each customer once when the card that is charged automatically, or the default card, is about to expire.
 *
 * @returns the number of cards
 */
export async function sweepExpiringCards(now: Date = new Date()): Promise<number> {
  let count = 0;
  for await (const card of dueItems<ExpiringCard>((after) => findExpiring(now, after))) {
    const { customer_id: customerId, payment_method_id: paymentMethodId } = card;
    await withTransaction((tx) =>
      mailCustomer(tx, {
        customerId: customerId as CustomerId,
        kind: "card_expiring",
        subjectId: subjectOf(card),
        details: { paymentMethodId },
      }),
    );
    count++;
  }
  return count;
}

/** A card that is replaced gets another expiry, so it can expire again. */
function subjectOf({ payment_method_id: paymentMethodId, exp_year: year, exp_month: month }: ExpiringCard) {
  return `${paymentMethodId}:${year}-${month}`;
}

/**
 * Reads what the email about a card that is about to expire shows.
 *
 * @returns null when it was replaced or removed, is no longer used, or has expired
 */
export async function readExpiringCardMail(
  { customerId, subjectId, details }: StoredMail<"card_expiring">,
  now: Date,
): Promise<MailProps["card_expiring"] | null> {
  const [card] = await findExpiring(now, null, { customerId, ...details });
  if (!card || subjectOf(card) !== subjectId) return null;
  return {
    card: nameCard({ cardBrand: card.card_brand, cardLast4: card.card_last4 }),
    expires: `${String(card.exp_month).padStart(2, "0")}/${String(card.exp_year % 100).padStart(2, "0")}`,
    isForAutoTopUp: card.is_for_auto_topup,
  };
}

/** Finds the cards in use that are about to expire, a page of them, or one card if it is among them. */
function findExpiring(
  now: Date,
  after: ExpiringCard | null,
  only?: { customerId: CustomerId; paymentMethodId: string },
): Promise<ExpiringCard[]> {
  const until = new Date(now.getTime() + NOTICE_MS);
  return prisma().$queryRaw<ExpiringCard[]>(Prisma.sql`
    SELECT
      p.customer_id, p.payment_method_id, p.card_brand, p.card_last4,
      p.card_exp_month AS exp_month, p.card_exp_year AS exp_year,
      r.payment_method_id IS NOT DISTINCT FROM p.payment_method_id AS is_for_auto_topup
    FROM payment_method p
    LEFT JOIN stripe_customer s ON s.customer_id = p.customer_id AND s.livemode = p.livemode
    LEFT JOIN auto_topup_rule r ON r.customer_id = p.customer_id AND r.enabled
    WHERE p.livemode = ${livemode()} AND p.detached_at IS NULL
      AND p.payment_method_id IN (r.payment_method_id, s.default_payment_method_id)
      AND make_timestamptz(p.card_exp_year, p.card_exp_month, 1, 0, 0, 0, 'UTC') + interval '1 month'
        BETWEEN ${now}::timestamptz AND ${until}::timestamptz
      ${only ? Prisma.sql`AND p.customer_id = ${only.customerId} AND p.payment_method_id = ${only.paymentMethodId}` : Prisma.empty}
      AND (p.customer_id, p.payment_method_id) > (${after?.customer_id ?? ""}, ${after?.payment_method_id ?? ""})
    ORDER BY p.customer_id, p.payment_method_id LIMIT ${PAGE_SIZE}`);
}
