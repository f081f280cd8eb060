import { type Cents, cents, type Nanos, nanos, proportionHalfUp } from "@/lib/money";

/** What takes money back from a payment: a refund of ours, or a dispute of the cardholder's bank. */
export const REVERSAL_SOURCES = ["stripe_refund", "dispute"] as const;
export type ReversalSource = (typeof REVERSAL_SOURCES)[number];

/** A refund or dispute, as far as the rules look at it. */
export interface CountedReversal {
  sourceType: ReversalSource;
  /** Stripe's id. */
  sourceId: string;
  stripeCreatedAt: Date;
  /** How much of the payment it has taken back, tax included; null when only a person can tell, which counts as nothing. */
  effectiveCents: Cents | null;
}

/** A movement on the operator's balance at Stripe. */
export interface BalanceMovement {
  /** In the smallest unit of `currency`; negative when it left the balance. */
  amount: bigint;
  currency: string;
  /** From the disputed currency to `currency`; null when they are the same. */
  exchangeRate: number | null;
}

/** A refund that failed or was canceled has paid nothing back. Any other counts from its beginning, also while it is pending. */
const REFUND_WITHOUT_MONEY = new Set(["failed", "canceled"]);

/** Returns how much of the payment a refund takes back. */
export function effectiveRefundCents(refund: { status: string; amountCents: Cents }): Cents {
  return REFUND_WITHOUT_MONEY.has(refund.status) ? cents(0n) : refund.amountCents;
}

/**
 * Returns how much of the payment a dispute has taken back: what its money says, in every status. A lost dispute may have
 * money reinstated, and a lost one may still be won.
 *
 * @returns null when an amount in another currency cannot be converted: then a person enters the cents
 * @see https://docs.stripe.com/disputes/best-practices
 */
export function effectiveDisputeCents(dispute: {
  currency: string;
  movements: readonly BalanceMovement[];
}): Cents | null {
  let taken = 0n;
  for (const movement of dispute.movements) {
    const amount = movementInUsdCents(movement, dispute.currency);
    if (amount === null) return null;
    taken -= amount;
  }
  return cents(taken > 0n ? taken : 0n);
}

function movementInUsdCents({ amount, currency, exchangeRate }: BalanceMovement, disputed: string) {
  if (currency === "usd") return amount;
  // A rate between currencies whose smallest units differ is not documented well enough to post money by it.
  if (disputed !== "usd" || !hasTwoDecimals(currency)) return null;
  const rate = exchangeRate === null ? null : ratioOf(exchangeRate);
  if (rate === null) return null;
  const size = proportionHalfUp(amount < 0n ? -amount : amount, rate.denominator, rate.numerator);
  return amount < 0n ? -size : size;
}

function hasTwoDecimals(currency: string): boolean {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits === 2;
  } catch {
    return false;
  }
}

/** A rate as Stripe's JSON wrote it, exactly; null when it is not a positive decimal number. */
function ratioOf(rate: number): { numerator: bigint; denominator: bigint } | null {
  const match = /^(\d+)(?:\.(\d+))?(?:e-(\d+))?$/.exec(String(rate));
  if (!match) return null;
  const [, whole = "0", fraction = "", exponent = "0"] = match;
  const numerator = BigInt(whole + fraction);
  return numerator > 0n
    ? { numerator, denominator: 10n ** BigInt(fraction.length + Number(exponent)) }
    : null;
}

/**
 * Returns how much of a credit is to be taken back when so much of its payment has gone back. Tax goes back in proportion;
 * a payment that has gone back completely takes exactly the whole credit.
 */
export function reversalTarget(credit: Nanos, effectiveCents: Cents, chargeCents: Cents): Nanos {
  const counted = effectiveCents < chargeCents ? effectiveCents : chargeCents;
  const target = proportionHalfUp(credit, counted, chargeCents);
  return nanos(target < credit ? target : credit);
}

/**
 * Allocates the target of a top-up to its refunds and disputes: refunds first, each kind by age. A row gets the amount by
 * which the running total rises, so the shares add up to exactly the target.
 *
 * @returns the rows in the order of allocation, each with its share of the credit
 */
export function allocateTarget<Row extends CountedReversal>(
  credit: Nanos,
  chargeCents: Cents,
  rows: readonly Row[],
): { row: Row; share: Nanos }[] {
  let effective = 0n;
  let allocated = 0n;
  return inOrder(rows).map((row) => {
    effective += row.effectiveCents ?? 0n;
    const target = reversalTarget(credit, cents(effective), chargeCents);
    const share = nanos(target - allocated);
    allocated = target;
    return { row, share };
  });
}

function inOrder<Row extends CountedReversal>(rows: readonly Row[]): Row[] {
  const rank = (row: Row) => REVERSAL_SOURCES.indexOf(row.sourceType);
  return [...rows].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.stripeCreatedAt.getTime() - b.stripeCreatedAt.getTime() ||
      (a.sourceId < b.sourceId ? -1 : 1),
  );
}

/** Adds up what has gone back of a payment. */
export function sumEffective(rows: readonly CountedReversal[]): Cents {
  return cents(rows.reduce((sum, row) => sum + (row.effectiveCents ?? 0n), 0n));
}
