import { AmountFormatError, displayUsd, formatUsd, type Nanos, nanos, parseUsd } from "@/lib/money";

/** Minimum and maximum of one top-up, in nano-dollars. */
export interface TopUpLimits {
  min: bigint;
  max: bigint;
}

/** The amount that was entered, or the error message to show. */
export type ParsedAmount = { amountUsd: string; error: null } | { amountUsd: null; error: string };

/** Matches "1,250" and "1,250.50". Rejects "25,50" because it is ambiguous. */
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Validates the amount field by the same rules as the API. The API has the final say. */
export function parseAmount(text: string, limits: TopUpLimits): ParsedAmount {
  const bare = text.trim().replace(/^\$\s*/, "");
  if (bare === "") return { amountUsd: null, error: "Enter an amount." };
  const plain = GROUPED.test(bare) ? bare.replaceAll(",", "") : bare;
  const amount = tryParse(plain);
  if (typeof amount === "string") return { amountUsd: null, error: amount };
  if (amount < limits.min || amount > limits.max) {
    return {
      amountUsd: null,
      error: `Enter an amount ${rangeOf(limits)}. You entered ${displayShort(amount)}.`,
    };
  }
  return { amountUsd: formatUsd(amount), error: null };
}

/** Formats the limits: "from $5 to $5,000". */
export function rangeOf(limits: TopUpLimits): string {
  return `from ${displayShort(limits.min)} to ${displayShort(limits.max)}`;
}

/** Formats an amount without zero cents: `$5`, but `$5.50`. */
export function displayShort(amount: bigint): string {
  return displayUsd(nanos(amount)).replace(/\.00$/, "");
}

function tryParse(text: string): Nanos | string {
  try {
    return parseUsd(text, { decimals: 2 });
  } catch (error) {
    if (!(error instanceof AmountFormatError)) throw error;
    return /\.\d{3,}$/.test(text)
      ? "Use at most two decimal places."
      : "Enter an amount in US dollars, such as 25 or 25.50.";
  }
}
