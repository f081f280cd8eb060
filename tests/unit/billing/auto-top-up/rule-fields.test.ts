import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayShort } from "@/components/billing/amount-input";
import { consentToMore, consentToTerms } from "@/components/billing/auto-top-up/consent";
import {
  dailyCapOf,
  fieldsOf,
  parseRule,
  type RuleFields,
} from "@/components/billing/auto-top-up/rule-fields";
import { checkAmounts } from "@/lib/auto-charge/check-rule";
import { type AutoTopUpRule, CONSENT_TEXT_VERSION, CONSENT_TEXTS, defaultDailyCap } from "@/lib/auto-top-up";
import { cents, fromCents } from "@/lib/money";
import { MAX_TOP_UP, MIN_TOP_UP } from "@/lib/top-ups";
import { aView, MASTERCARD, usd, VISA } from "@/tests/support/auto-top-up-view";

const limits = { min: fromCents(MIN_TOP_UP), max: fromCents(MAX_TOP_UP) };
const cards = [VISA, { ...MASTERCARD, isChargeable: false }];
const FIELDS = fieldsOf(aView().terms, cards);
const parse = (changes: Partial<RuleFields>) => parseRule({ ...FIELDS, ...changes }, { limits, cards });

describe("parseRule", () => {
  it("accepts exactly the amounts that the API accepts", () => {
    const amount = fc.integer({ min: 1, max: 600_000 });
    const near = fc.constantFrom(499, 500, 501, 5_000, 499_999, 500_000, 500_001);
    const count = fc.oneof(amount, near);
    fc.assert(
      fc.property(count, count, count, fc.option(count), (threshold, amount, monthlyCap, dailyCap) => {
        const text = (value: number | null) =>
          value === null ? "" : displayShort(fromCents(cents(BigInt(value)))).slice(1);
        const { terms } = parse({
          threshold: text(threshold),
          amount: text(amount),
          monthlyCap: text(monthlyCap),
          dailyCap: text(dailyCap),
        });
        const rule = {
          thresholdCents: threshold,
          amountCents: amount,
          monthlyCapCents: monthlyCap,
          dailyCapCents: dailyCap,
        } as AutoTopUpRule;

        expect(terms !== null).toBe(isAccepted(() => checkAmounts(rule, {})));
      }),
      { numRuns: 300 },
    );
  });

  it("names every field that is wrong", () => {
    const { terms, errors } = parse({
      threshold: "3",
      amount: "",
      monthlyCap: "1,5",
      dailyCap: "4",
      dailyCount: "0",
      card: MASTERCARD.id,
    });

    expect(terms).toBeNull();
    expect(errors).toEqual({
      threshold: "Enter an amount from $5 to $5,000. You entered $3.",
      amount: "Enter an amount.",
      monthlyCap: "Enter an amount in US dollars, such as 25 or 25.50.",
      dailyCap: "Enter an amount from $5 to $1,000,000. You entered $4.",
      dailyCount: "Enter a whole number from 1 to 100.",
      card: "Choose a card.",
    });
  });

  it("refuses a threshold that is not lower than the amount", () => {
    expect(parse({ threshold: "50", amount: "50" }).errors).toEqual({
      threshold: "The threshold must be lower than the amount, $50.",
    });
  });

  it("returns what was saved when nothing is edited", () => {
    expect(parse({}).terms).toEqual({
      threshold: usd("20.00"),
      amount: usd("50.00"),
      monthlyCap: usd("500.00"),
      dailyCap: null,
      dailyCount: 3,
      card: VISA,
    });
  });

  it("has the API's default of the daily limit", () => {
    expect(dailyCapOf({ amount: usd("50.00"), dailyCap: null })).toBe(
      fromCents(defaultDailyCap(cents(5_000n))),
    );
  });
});

describe("fieldsOf", () => {
  it("suggests a rule with the default card, and a card that was removed is not replaced by itself", () => {
    const unset = {
      threshold: null,
      amount: null,
      monthlyCap: null,
      dailyCap: null,
      dailyCount: 3,
      cardId: null,
    };
    const removed = { ...aView().terms, cardId: "pm_removed" };

    expect(fieldsOf(unset, cards)).toEqual({
      threshold: "20",
      amount: "50",
      monthlyCap: "500",
      dailyCap: "",
      dailyCount: "3",
      card: VISA.id,
    });
    expect(fieldsOf(removed, cards).card).toBe("");
  });
});

describe("the consent", () => {
  const terms = {
    threshold: usd("20.00"),
    amount: usd("1250.00"),
    monthlyCap: usd("9000.00"),
    dailyCap: null,
    dailyCount: 1,
  };

  it("names every term exactly", () => {
    expect(consentToTerms(CONSENT_TEXTS.terms, terms, VISA.name)).toBe(
      "I authorize automatic charges to Visa •••• 4242: $1,250.00 plus tax each time my available balance falls below $20.00, without asking me again. All charges together, including tax, are at most $9,000.00 in a calendar month, and at most $5,000.00 and 1 charge in any 24 hours. I can change or turn off auto top-up, or remove the card, at any time on this page.",
    );
    expect(consentToMore(CONSENT_TEXTS.allowMore, terms)).toBe(
      "I authorize automatic charges of at most $10,000.00 and 2 charges in any 24 hours, including tax, until 24 hours from now. The monthly limit of $9,000.00 stays.",
    );
  });

  it("differs for any two different terms", () => {
    const texts = [
      { ...terms },
      { ...terms, threshold: usd("20.01") },
      { ...terms, amount: usd("1250.01") },
      { ...terms, monthlyCap: usd("9000.01") },
      { ...terms, dailyCap: usd("5000.01") },
      { ...terms, dailyCount: 2 },
    ].map((changed) => consentToTerms(CONSENT_TEXTS.terms, changed, VISA.name));
    texts.push(consentToTerms(CONSENT_TEXTS.terms, terms, MASTERCARD.name));

    expect(new Set(texts).size).toBe(texts.length);
  });

  it("has a version that belongs to these words: change both", () => {
    const words = createHash("sha256").update(Object.values(CONSENT_TEXTS).join(" ")).digest("hex");

    expect(`${CONSENT_TEXT_VERSION} ${words.slice(0, 12)}`).toBe("2026-11-29.2 6de39b4f0824");
  });
});

function isAccepted(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
