/** An exact amount of US dollars, in billionths. Negative for money owed to the operator. */
export type Nanos = bigint & { readonly __unit: "nano-usd" };

/** A whole number of US cents. */
export type Cents = bigint & { readonly __unit: "usd-cents" };

export const NANOS_PER_DOLLAR = 1_000_000_000n;
export const NANOS_PER_CENT = 10_000_000n;

export const ZERO = 0n as Nanos;

/** Brands a number of nano-dollars, such as the value of a column. */
export function nanos(count: bigint): Nanos {
  return count as Nanos;
}

/** Brands a number of cents, such as the value of a column or of Stripe. */
export function cents(count: bigint): Cents {
  return count as Cents;
}

export function fromCents(amount: Cents): Nanos {
  return (amount * NANOS_PER_CENT) as Nanos;
}

/**
 * Converts an amount to cents.
 *
 * @throws RangeError if the amount is not a whole number of cents
 */
export function toWholeCents(amount: Nanos): Cents {
  if (amount % NANOS_PER_CENT !== 0n)
    throw new RangeError(`${amount} nano-dollars is not a whole number of cents.`);
  return (amount / NANOS_PER_CENT) as Cents;
}
