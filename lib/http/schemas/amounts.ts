import { z } from "zod";
import { AmountFormatError, type Cents, type Nanos, parseUsd, toWholeCents, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";

/** Amounts in requests. Parsing is a separate step, so that the schemas describe plain JSON. */

/** An amount of US dollars. */
export const usdInput = amountInput("^\\d{1,30}(\\.\\d{1,9})?$").meta({
  description: "An amount in US dollars.",
  examples: ["25.00"],
});

/** An amount that may be negative. */
export const signedUsdInput = amountInput("^-?\\d{1,30}(\\.\\d{1,9})?$").meta({
  description: "An amount in US dollars. May be negative.",
  examples: ["-25.00"],
});

/** An amount to charge or hold. */
export const spendAmountInput = usdInput.meta({
  description: "The amount in US dollars: greater than zero, at most 1000000.00, with up to 9 decimals.",
  examples: ["0.0375"],
});

/** Puts the pattern into the API reference only: `parseAmount` explains better what is wrong with an amount. */
function amountInput(pattern: string) {
  return z.union([z.string().max(64).meta({ pattern }), z.number()], {
    error: (issue) =>
      issue.input === undefined
        ? "The amount is required."
        : 'Write the amount as a decimal string such as "25.00", or as a number with at most 15 significant digits.',
  });
}

/** The ledger counts billionths of a dollar. */
export const NANO_DECIMALS = 9;

/** The maximum of a charge, a hold or an adjustment: $1,000,000. */
export const MAX_AMOUNT = 1_000_000_000_000_000n as Nanos;

/**
 * Parses an amount with up to `decimals` decimals.
 * @throws InvalidRequestError naming the field
 */
export function parseAmount(
  field: string,
  input: string | number,
  decimals: number,
  options: { signed?: boolean } = {},
): Nanos {
  try {
    return parseUsd(input, { decimals, ...options });
  } catch (error) {
    if (error instanceof AmountFormatError) throw invalidField(field, error.message);
    throw error;
  }
}

/**
 * Parses an amount in whole cents.
 * @throws InvalidRequestError naming the field
 */
export function parseCents(field: string, input: string | number): Cents {
  return toWholeCents(parseAmount(field, input, 2));
}

/**
 * Parses an amount to charge or hold: greater than zero, at most $1,000,000.
 * @throws InvalidRequestError naming the field
 */
export function parseSpendAmount(field: string, input: string | number): Nanos {
  const amount = parseAmount(field, input, NANO_DECIMALS);
  if (amount <= ZERO) throw invalidField(field, "The amount must be greater than zero.");
  if (amount > MAX_AMOUNT) throw invalidField(field, "The amount may be at most 1000000.00 US dollars.");
  return amount;
}
