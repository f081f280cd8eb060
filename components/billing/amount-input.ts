import { AmountFormatError, displayUsd, formatUsd, type Nanos, nanos, parseUsd } from "@/lib/money";

/** The least and the most of one top-up, in nano-dollars. */
export interface TopUpLimits {
  min: bigint;
  max: bigint;
}

/** What somebody typed, or why it is no amount of a top-up, in words for them. */
export type AmountReading = { amountUsd: string; problem: null } | { amountUsd: null; problem: string };

/** "1,250" or "1,250.50" as people write it; "25,50" is left alone and refused, because it could mean either. */
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Reads the amount field by the same rules as the API. The API still decides. */
export function readAmount(text: string, limits: TopUpLimits): AmountReading {
  const bare = text.trim().replace(/^\$\s*/, "");
  if (bare === "") return { amountUsd: null, problem: "Enter an amount." };
  const plain = GROUPED.test(bare) ? bare.replaceAll(",", "") : bare;
  const amount = tryParse(plain);
  if (typeof amount === "string") return { amountUsd: null, problem: amount };
  if (amount < limits.min || amount > limits.max) {
    return { amountUsd: null, problem: `Enter an amount ${rangeOf(limits)}.` };
  }
  return { amountUsd: formatUsd(amount), problem: null };
}

/** "from $5 to $5,000". */
export function rangeOf(limits: TopUpLimits): string {
  return `from ${displayShort(limits.min)} to ${displayShort(limits.max)}`;
}

/** Whole dollars without the cents that say nothing: `$5`, but `$5.50`. */
export function displayShort(amount: bigint): string {
  return displayUsd(nanos(amount)).replace(/\.00$/, "");
}

function tryParse(text: string): Nanos | string {
  try {
    return parseUsd(text, { decimals: 2 });
  } catch (error) {
    if (!(error instanceof AmountFormatError)) throw error;
    return /\.\d{3,}$/.test(text)
      ? "Use at most two digits after the point."
      : "Write the amount in US dollars, for example 25 or 25.50.";
  }
}
