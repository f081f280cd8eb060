/** An exact amount of US dollars, in billionths. Negative for money owed to the operator. */
export type Nanos = bigint & { readonly __unit: "nano-usd" };

/** A whole number of US cents. */
export type Cents = bigint & { readonly __unit: "usd-cents" };

export const NANOS_PER_DOLLAR = 1_000_000_000n;
export const NANOS_PER_CENT = 10_000_000n;

export const ZERO = 0n as Nanos;

/** Takes a count of nano-dollars as it is: from a column that holds them. */
export function nanos(count: bigint): Nanos {
  return count as Nanos;
}

/** Takes a count of cents as it is: from a column or from Stripe. */
export function cents(count: bigint): Cents {
  return count as Cents;
}

export function fromCents(amount: Cents): Nanos {
  return (amount * NANOS_PER_CENT) as Nanos;
}

/**
 * The same amount in cents.
 * @throws RangeError when it is not a whole number of cents
 */
export function toWholeCents(amount: Nanos): Cents {
  if (amount % NANOS_PER_CENT !== 0n) throw new RangeError(`${amount} nano-dollars are not whole cents.`);
  return (amount / NANOS_PER_CENT) as Cents;
}
