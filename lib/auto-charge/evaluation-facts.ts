import {
  type AutoTopUpRule,
  type AutoTopUpTerms,
  type CountedCharge,
  countedSince,
  coversTerms,
  type EvaluationFacts,
  findConsent,
  findRaisedCaps,
  isPaused,
  termsOf,
} from "@/lib/auto-top-up";
import { cents, nanos } from "@/lib/money";
import { Prisma, type Tx } from "@/lib/platform/db";
import { env, livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { whereUnresolved } from "./charges";
import { UNRESOLVED } from "./rules";

/**
 * Reads everything that an evaluation of a rule depends on. The caller has locked the rule.
 *
 * @param except a top-up that does not count, because it is the one to decide on
 */
export async function readFacts(
  tx: Tx,
  rule: AutoTopUpRule,
  now: Date,
  except: string | null = null,
): Promise<EvaluationFacts> {
  const customerId = rule.customerId as CustomerId;
  const terms = termsOf(rule);
  const account = await tx.ledgerAccount.findUniqueOrThrow({ where: { customerId } });
  const card = terms && (await findUsableCard(tx, customerId, terms.paymentMethodId));
  return {
    isEnabled: rule.enabled,
    isPaused: await isPaused(customerId, tx),
    terms,
    hasConsent: terms !== null && coversTerms(await findConsent(rule, tx), terms, card?.cardBrand ?? null),
    hasCard: card !== null,
    isActive: account.status === "active",
    available: nanos(account.balanceNanos - account.heldNanos),
    isInFlight: (await tx.topUpIntent.count({ where: whereUnresolved(customerId) })) > 0,
    isIdle: await isIdle(tx, rule),
    claimedAt: rule.claimedAt,
    expectedTotal: rule.expectedTotalCents === null ? null : cents(BigInt(rule.expectedTotalCents)),
    charges: await readCharges(tx, customerId, now, except),
    raised: terms && (await findRaisedCaps(tx, customerId, terms, now)),
    cooldownMs: env().AUTO_TOPUP_COOLDOWN_MINUTES * 60_000,
  };
}

/** Finds the rule's card, if it can be charged while the customer is away. */
async function findUsableCard(tx: Tx, customerId: CustomerId, paymentMethodId: string) {
  const link = await tx.stripeCustomer.findUnique({
    where: { customerId_livemode: { customerId, livemode: livemode() } },
  });
  if (!link || link.deletedAt) return null;
  return tx.paymentMethod.findFirst({
    where: { customerId, paymentMethodId, livemode: livemode(), detachedAt: null, usableOffSession: true },
  });
}

/** Reads the automatic top-ups that count against the caps: those that succeeded, and those that still may. */
export async function readCharges(
  tx: Tx,
  customerId: CustomerId,
  now: Date,
  except: string | null = null,
): Promise<CountedCharge[]> {
  const rows = await tx.topUpIntent.findMany({
    where: {
      customerId,
      source: "auto",
      livemode: livemode(),
      status: { in: [...UNRESOLVED, "succeeded"] },
      countedAt: { gte: countedSince(now) },
      ...(except !== null && { topUpIntentId: { not: except } }),
    },
    select: { countedAt: true, totalCents: true, expectedTotalCents: true },
  });
  return rows.flatMap(({ countedAt, totalCents, expectedTotalCents }) =>
    countedAt ? [{ at: countedAt, total: cents(BigInt(totalCents ?? expectedTotalCents ?? 0)) }] : [],
  );
}

/**
 * Whether the customer has done nothing since the last automatic credit, or the last debit that is no spending: no charge,
 * hold, capture or refused charge, and the rule was not enabled. So neither a refund nor a dispute ever charges the card.
 */
async function isIdle(tx: Tx, { customerId, enabledAt, refusedAt }: AutoTopUpRule): Promise<boolean> {
  const [last] = await tx.$queryRaw<{ seq: bigint; at: Date }[]>(Prisma.sql`
    SELECT t.seq, t.created_at AS at
    FROM unnest(ARRAY['stripe_refund', 'dispute', 'expiry', 'adjustment', 'credit']) AS given(kind),
    LATERAL (
      SELECT seq, created_at FROM ledger_transfer
      WHERE customer_id = ${customerId} AND kind = given.kind AND kind <> 'charge' AND (
        direction = 'debit' OR EXISTS (
          SELECT 1 FROM topup_intent i
          WHERE i.customer_id = ${customerId} AND i.topup_intent_id = source_id AND i.source = 'auto' AND kind = 'credit'
        )
      )
      ORDER BY seq DESC LIMIT 1
    ) t
    ORDER BY t.seq DESC LIMIT 1`);
  if (!last) return false;
  if ([enabledAt, refusedAt].some((at) => at !== null && at > last.at)) return false;
  const [spent] = await tx.$queryRaw<{ is_idle: boolean }[]>(Prisma.sql`
    SELECT NOT EXISTS (
      SELECT 1 FROM ledger_transfer WHERE customer_id = ${customerId} AND seq > ${last.seq} AND kind = 'charge'
    ) AND coalesce((
      SELECT created_at <= ${last.at}::timestamptz FROM ledger_hold
      WHERE customer_id = ${customerId} AND opened_by <> 'system' ORDER BY hold_id DESC LIMIT 1
    ), true) AS is_idle`);
  return spent?.is_idle ?? true;
}

/** Returns the terms as the columns of a decision. */
export function decisionColumns(terms: AutoTopUpTerms | null) {
  return {
    thresholdCents: terms && Number(terms.threshold),
    amountCents: terms && Number(terms.amount),
  };
}
