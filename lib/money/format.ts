import { type Cents, fromCents, NANOS_PER_DOLLAR, type Nanos } from "./nanos";

/**
 * As on the wire: a decimal without exponent, at least two decimals, no more than needed.
 * 25 dollars are `"25.00"`, twelve millionths `"0.000012"`.
 */
export function formatUsd(amount: Nanos): string {
  const sign = amount < 0n ? "-" : "";
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % NANOS_PER_DOLLAR)
    .toString()
    .padStart(9, "0")
    .replace(/0{1,7}$/, ""); // two of the nine decimals stay
  return `${sign}${size / NANOS_PER_DOLLAR}.${fraction}`;
}

/** Whole cents as on the wire: `"25.00"`. */
export function formatCents(amount: Cents): string {
  return formatUsd(fromCents(amount));
}

/** As people read it: `$1,250.00`, `−$0.000012`. No digit is rounded away. */
export function displayUsd(amount: Nanos): string {
  const size = amount < 0n ? -amount : amount;
  const [, fraction] = formatUsd(size as Nanos).split(".");
  return `${amount < 0n ? "−" : ""}$${(size / NANOS_PER_DOLLAR).toLocaleString("en-US")}.${fraction}`;
}
