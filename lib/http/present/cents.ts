import { cents, formatCents } from "@/lib/money";

/** Whole cents of a column as US dollars; null where nothing is known. */
export function usdOfCents(amount: number | null): string | null {
  return amount === null ? null : formatCents(cents(BigInt(amount)));
}
