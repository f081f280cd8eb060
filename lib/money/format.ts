import { type Cents, fromCents, NANOS_PER_DOLLAR, type Nanos } from "./nanos";

/**
 * Formats an amount for the API: a decimal without exponent, with at least two decimals and no more than needed, such as
 * `"25.00"` or `"0.000012"`.
 */
export function formatUsd(amount: Nanos): string {
  const sign = amount < 0n ? "-" : "";
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % NANOS_PER_DOLLAR)
    .toString()
    .padStart(9, "0")
    .replace(/0{1,7}$/, ""); // keeps at least two of the nine decimals
  return `${sign}${size / NANOS_PER_DOLLAR}.${fraction}`;
}

/** Formats whole cents for the API: `"25.00"`. */
export function formatCents(amount: Cents): string {
  return formatUsd(fromCents(amount));
}

/** Formats an amount for display: `$1,250.00`, `−$0.000012`. Never rounds. */
export function displayUsd(amount: Nanos): string {
  const size = amount < 0n ? -amount : amount;
  const [, fraction] = formatUsd(size as Nanos).split(".");
  return `${amount < 0n ? "−" : ""}$${(size / NANOS_PER_DOLLAR).toLocaleString("en-US")}.${fraction}`;
}
