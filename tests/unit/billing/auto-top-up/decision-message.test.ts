import { describe, expect, it } from "vitest";
import { describeDecision, describeDecisionTime } from "@/components/billing/auto-top-up/decision-message";
import type { RuleDecision } from "@/components/billing/auto-top-up/view";
import { DECISION_OUTCOMES } from "@/lib/auto-top-up";
import { nanos } from "@/lib/money";
import { usd } from "@/tests/support/auto-top-up-view";

const decision = (outcome: string, changes: Partial<RuleDecision> = {}): RuleDecision => ({
  decisionId: "decision_1",
  outcome,
  topUpIntentId: null,
  available: nanos(4_997_786_000n),
  threshold: usd("20.00"),
  amount: usd("50.00"),
  monthUsed: usd("476.00"),
  dayUsed: usd("119.00"),
  dayCount: 2,
  nextEvaluationAt: null,
  count: 1,
  firstAt: new Date("2026-11-29T10:42:00Z"),
  lastAt: new Date("2026-11-29T11:02:00Z"),
  ...changes,
});

describe("describeDecision", () => {
  it("says why the card was charged", () => {
    expect(describeDecision(decision("fired"))).toBe(
      "Started a charge of $50.00 plus tax: the balance was $4.997786, below $20.00.",
    );
  });

  it("says which limit was reached, what was used, and when it is checked again", () => {
    const nextEvaluationAt = new Date("2026-12-01T00:00:00Z");

    expect(describeDecision(decision("monthly_cap", { nextEvaluationAt }))).toBe(
      "Not charged: another $50.00 plus tax would have exceeded the monthly limit. $476.00 had been used. Checked again at Dec 1, 12:00 AM UTC.",
    );
    expect(describeDecision(decision("daily_cap"))).toBe(
      "Not charged: another $50.00 plus tax would have exceeded a daily limit. $119.00 in 2 charges had been used within 24 hours.",
    );
  });

  it("has words for every outcome", () => {
    for (const outcome of DECISION_OUTCOMES) {
      const text = describeDecision(decision(outcome));

      expect(text, outcome).not.toMatch(/_|undefined|did not allow it/);
    }
  });
});

it("says how often a decision was repeated", () => {
  expect(describeDecisionTime(decision("cooldown"))).toBe("Nov 29, 11:02 AM UTC");
  expect(describeDecisionTime(decision("cooldown", { count: 14 }))).toBe(
    "Nov 29, 11:02 AM UTC, 14 times since Nov 29, 10:42 AM UTC",
  );
});
