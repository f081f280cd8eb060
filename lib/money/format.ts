import { type Cents, fromCents, NANOS_PER_DOLLAR, type Nanos } from "./nanos";

/**
 * As on the wire: a decimal without exponent, at least two decimals, no more than needed.
 * 25 dollars are `"25.00"`, twelve millionths `"0.000012"`.
 */
export function formatUsd(amount: Nanos): string {
  const sign = amount < 0n ? "-" : "";
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % NANOS_PER_DOLLAR).toString().padStart(9, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${sign}${size / NANOS_PER_DOLLAR}.${fraction}`;
}

/** Whole cents as on the wire: `"25.00"`. */
export function formatCents(amount: Cents): string {
  return formatUsd(fromCents(amount));
}

/** As people read it: `$1,250.00`, `−$0.000012`. No digit is rounded away. */
export function displayUsd(amount: Nanos): string {
  const [whole = "0", fraction = "00"] = formatUsd(amount < 0n ? (-amount as Nanos) : amount).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "−" : ""}$${grouped}.${fraction}`;
}
