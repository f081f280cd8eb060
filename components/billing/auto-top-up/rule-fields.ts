import { type Nanos, nanos, parseUsd } from "@/lib/money";
import { displayShort, parseAmount, type TopUpLimits } from "../amount-input";
import type { RuleCard, RuleTerms } from "./view";

/** The fields of the form, as they are entered. */
export interface RuleFields {
  threshold: string;
  amount: string;
  card: string;
  monthlyCap: string;
  /** Empty for the default. */
  dailyCap: string;
  dailyCount: string;
}
export type RuleField = keyof RuleFields;
export type FieldErrors = Partial<Record<RuleField, string>>;

/** Complete terms, as they are sent and consented to. */
export interface EnteredTerms {
  threshold: Nanos;
  amount: Nanos;
  monthlyCap: Nanos;
  dailyCap: Nanos | null;
  dailyCount: number;
  card: RuleCard;
}

/** The field of the form for each field of the API. */
export const FIELD_OF_PATH: Record<string, RuleField> = {
  threshold_usd: "threshold",
  amount_usd: "amount",
  payment_method_id: "card",
  monthly_cap_usd: "monthlyCap",
  daily_cap_usd: "dailyCap",
  daily_cap_count: "dailyCount",
};

/** The fields in the order of the form. */
export const FIELD_ORDER = Object.values(FIELD_OF_PATH);

/** Suggested to a customer who has not set a rule. */
const SUGGESTED = { threshold: "20", amount: "50", monthlyCap: "500" };

const MAX_CAP = nanos(1_000_000_000_000_000n);
const MAX_DAILY_COUNT = 100;
const DEFAULT_DAILY_CAP_FACTOR = 4n;

/** Returns the fields of the form for a rule. Only a card that can be charged is preselected. */
export function fieldsOf(terms: RuleTerms, cards: readonly RuleCard[]): RuleFields {
  const chargeable = cards.filter(({ isChargeable }) => isChargeable);
  const known = chargeable.find(({ id }) => id === terms.cardId);
  const first = chargeable.find(({ isDefault }) => isDefault) ?? chargeable[0];
  const isNew = terms.amount === null;
  return {
    threshold: entered(terms.threshold) ?? SUGGESTED.threshold,
    amount: entered(terms.amount) ?? SUGGESTED.amount,
    monthlyCap: entered(terms.monthlyCap) ?? SUGGESTED.monthlyCap,
    dailyCap: entered(terms.dailyCap) ?? "",
    dailyCount: String(terms.dailyCount),
    card: known?.id ?? (isNew ? (first?.id ?? "") : ""),
  };
}

function entered(amount: Nanos | null): string | null {
  return amount === null ? null : displayShort(amount).slice(1);
}

/** The most that the card pays within 24 hours. */
export function dailyCapOf({ amount, dailyCap }: { amount: Nanos; dailyCap: Nanos | null }): Nanos {
  return dailyCap ?? nanos(DEFAULT_DAILY_CAP_FACTOR * amount);
}

/**
 * Validates the form by the same rules as the API, which has the final say.
 *
 * @param limits of the threshold and the amount
 * @returns the terms; null with an error for each field that is invalid
 */
export function parseRule(
  fields: RuleFields,
  { limits, cards }: { limits: TopUpLimits; cards: readonly RuleCard[] },
): { terms: EnteredTerms; errors: FieldErrors } | { terms: null; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const read = (field: "threshold" | "amount" | "monthlyCap" | "dailyCap", range: TopUpLimits) => {
    const { amountUsd, error } = parseAmount(fields[field], range);
    if (error !== null) errors[field] = error;
    return amountUsd === null ? null : parseUsd(amountUsd, { decimals: 2 });
  };
  const threshold = read("threshold", limits);
  const amount = read("amount", limits);
  const capLimits = { min: amount ?? limits.min, max: MAX_CAP };
  const monthlyCap = read("monthlyCap", capLimits);
  const dailyCap = fields.dailyCap.trim() === "" ? null : read("dailyCap", capLimits);
  const dailyCount = readCount(fields.dailyCount);
  if (dailyCount === null) errors.dailyCount = `Enter a whole number from 1 to ${MAX_DAILY_COUNT}.`;
  if (threshold !== null && amount !== null && threshold >= amount)
    errors.threshold = `The threshold must be lower than the amount, ${displayShort(amount)}.`;
  const card = cards.find(({ id }) => id === fields.card);
  if (!card?.isChargeable) errors.card = "Choose a card.";
  const isComplete =
    Object.keys(errors).length === 0 && threshold !== null && amount !== null && monthlyCap !== null;
  if (!isComplete || !card || dailyCount === null) return { terms: null, errors };
  return { terms: { threshold, amount, monthlyCap, dailyCap, dailyCount, card }, errors };
}

function readCount(text: string): number | null {
  if (!/^\d{1,3}$/.test(text.trim())) return null;
  const count = Number(text);
  return count >= 1 && count <= MAX_DAILY_COUNT ? count : null;
}
