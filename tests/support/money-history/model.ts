/** What a history should have led to, counted without any of the code under test. */
export interface Model {
  topUps: TopUpModel[];
  spentNanos: bigint;
  /** A chargeback or a fraud warning: auto top-up must be off. */
  isRisky: boolean;
}

export interface TopUpModel {
  creditCents: number;
  /** Known once it is paid. */
  chargeCents: number;
  status: "open" | "processing" | "succeeded" | "failed" | "expired";
  /** What each refund and dispute has taken, in cents. */
  taken: Map<string, number>;
  isWarned: boolean;
}

export const NANOS_PER_CENT = 10_000_000n;

export function creditOf({ status, creditCents }: TopUpModel): bigint {
  return status === "succeeded" ? BigInt(creditCents) * NANOS_PER_CENT : 0n;
}

/** The share of the payment that has gone, at most all, half a nano-dollar rounded up. */
export function reversedOf(topUp: TopUpModel): bigint {
  const credit = creditOf(topUp);
  if (credit === 0n) return 0n;
  const gone = [...topUp.taken.values()].reduce((sum, cents) => sum + cents, 0);
  const exact = credit * BigInt(Math.min(gone, topUp.chargeCents));
  const charge = BigInt(topUp.chargeCents);
  return exact / charge + ((exact % charge) * 2n >= charge ? 1n : 0n);
}

export function balanceOf({ topUps, spentNanos }: Model): bigint {
  return topUps.reduce((sum, topUp) => sum + creditOf(topUp) - reversedOf(topUp), -spentNanos);
}
