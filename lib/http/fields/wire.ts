import { z } from "zod";
import { AmountFormatError, type Cents, type Nanos, parseUsd, toWholeCents } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";

/** An amount of US dollars as it comes in: reading it is a separate step, so that the schema stays plain JSON. */
export const usdInput = amountInput("^\\d{1,30}(\\.\\d{1,9})?$").meta({
  description: "An amount of US dollars.",
  examples: ["25.00"],
});

/** The same, where an amount may be negative. */
export const signedUsdInput = amountInput("^-?\\d{1,30}(\\.\\d{1,9})?$").meta({
  description: "An amount of US dollars, negative with a minus.",
  examples: ["-25.00"],
});

/** The pattern is for the reference: what is wrong with an amount is said better by whoever reads it. */
function amountInput(pattern: string) {
  return z.union([z.string().max(64).meta({ pattern }), z.number()], {
    error: (issue) =>
      issue.input === undefined
        ? "The amount is required."
        : 'Write the amount as a decimal string such as "25.00", or as a number with at most 15 significant digits.',
  });
}

/**
 * Reads an amount in whole cents.
 * @throws InvalidRequestError naming the field
 */
export function readCents(field: string, input: string | number): Cents {
  return toWholeCents(readUsd(field, input, 2));
}

/**
 * Reads an amount with up to `decimals` decimals.
 * @throws InvalidRequestError naming the field
 */
export function readUsd(
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
