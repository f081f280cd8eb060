import { z } from "zod";
import { AmountFormatError, type Cents, type Nanos, parseUsd, toWholeCents } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";

/** An amount of US dollars as it comes in: reading it is a separate step, so that the schema stays plain JSON. */
export const usdInput = z
  .union([z.string().max(64), z.number()], {
    error: (issue) =>
      issue.input === undefined
        ? "The amount is required."
        : 'Write the amount as a decimal string such as "25.00", or as a number with at most 15 significant digits.',
  })
  .meta({ description: "An amount of US dollars.", examples: ["25.00"] });

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
export function readUsd(field: string, input: string | number, decimals: number): Nanos {
  try {
    return parseUsd(input, { decimals });
  } catch (error) {
    if (error instanceof AmountFormatError) throw invalidField(field, error.message);
    throw error;
  }
}
