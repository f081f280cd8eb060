import { displayUsd, type Nanos } from "@/lib/money";
import { dailyCapOf, type EnteredTerms } from "./rule-fields";

/** Writes the exact terms into a text of consent. */
export function consentToTerms(text: string, terms: Omit<EnteredTerms, "card">, cardName: string): string {
  return fill(text, {
    card: cardName,
    amount: displayUsd(terms.amount),
    threshold: displayUsd(terms.threshold),
    monthly_cap: displayUsd(terms.monthlyCap),
    daily_cap: displayUsd(dailyCapOf(terms)),
    daily_count: chargesText(terms.dailyCount),
  });
}

/** Writes what `allow-more` allows into its text of consent: twice the daily limits. */
export function consentToMore(
  text: string,
  terms: { amount: Nanos; dailyCap: Nanos | null; dailyCount: number; monthlyCap: Nanos },
): string {
  return fill(text, {
    daily_cap: displayUsd((2n * dailyCapOf(terms)) as Nanos),
    daily_count: chargesText(2 * terms.dailyCount),
    monthly_cap: displayUsd(terms.monthlyCap),
  });
}

export function chargesText(count: number): string {
  return count === 1 ? "1 charge" : `${count} charges`;
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A text of consent names the unknown term ${name}.`);
    return value;
  });
}
