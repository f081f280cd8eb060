import { formatUsd, type Nanos, nanos, parseUsd } from "@/lib/money";
import { displayShort, parseAmount } from "../amount-input";

const LIMITS = { min: nanos(10_000_000n), max: nanos(1_000_000_000_000_000n) };

/** The levels that were entered, as they are sent, or an error by the index of its field. */
export type ParsedLevels =
  | { thresholds: string[]; errors: null }
  | { thresholds: null; errors: Map<number, string> };

/** Returns the fields for the saved levels: one each. */
export function levelFields(levels: readonly Nanos[]): string[] {
  return levels.map((level) => displayShort(level).slice(1));
}

/** Validates the fields by the same rules as the API. Empty ones are left out. */
export function parseLevels(fields: readonly string[]): ParsedLevels {
  const errors = new Map<number, string>();
  const seen = new Set<bigint>();
  const thresholds: string[] = [];
  for (const [index, field] of fields.entries()) {
    if (field.trim() === "") continue;
    const { amountUsd, error } = parseAmount(field, LIMITS);
    if (error !== null) {
      errors.set(index, error);
      continue;
    }
    const amount = parseUsd(amountUsd, { decimals: 2 });
    if (seen.has(amount)) errors.set(index, `${displayShort(amount)} is there twice.`);
    seen.add(amount);
    thresholds.push(formatUsd(amount));
  }
  return errors.size > 0 ? { thresholds: null, errors } : { thresholds, errors: null };
}

/** The index of the field that an error of the API is about, such as `thresholds_usd.1`; null if it is about no field. */
export function fieldOfPath(path: string | undefined, fields: readonly string[]): number | null {
  const position = /^thresholds_usd\.(\d+)$/.exec(path ?? "")?.[1];
  if (position === undefined) return null;
  const filled = [...fields.keys()].filter((index) => fields[index]?.trim() !== "");
  return filled[Number(position)] ?? null;
}
