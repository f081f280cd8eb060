import { expect, it } from "vitest";
import { describeImmediateCharge } from "@/components/billing/auto-top-up/immediate-charge";
import type { AutoTopUpView } from "@/components/billing/auto-top-up/view";
import { aCharge, aView, MASTERCARD, usd, VISA } from "@/tests/support/auto-top-up-view";

const TERMS = {
  threshold: usd("20.00"),
  amount: usd("50.00"),
  monthlyCap: usd("500.00"),
  dailyCap: null,
  dailyCount: 3,
  card: VISA,
};
const warning = (changes: Partial<AutoTopUpView>) =>
  describeImmediateCharge(TERMS, aView({ isEnabled: false, available: usd("8.21"), ...changes }));

it("says before the click that the card is charged right away", () => {
  expect(warning({})).toBe(
    "Your balance of $8.21 is already below $20.00. Turning this on charges Visa •••• 4242 $50.00 plus tax right away.",
  );
  expect(warning({ isEnabled: true })).toContain("Saving charges Visa •••• 4242 $50.00");
});

it("says when the charge follows after a cooldown", () => {
  expect(warning({ cooldownEndsAt: new Date("2026-11-30T10:42:00Z") })).toContain("Nov 30, 10:42 AM UTC");
});

it("says that a declined charge is tried with another card right away", () => {
  const declined = aView({ charge: aCharge("retry_wait") });

  expect(describeImmediateCharge({ ...TERMS, card: MASTERCARD }, declined)).toBe(
    "Saving tries the declined charge of $59.50 with Mastercard •••• 4444 right away.",
  );
  expect(describeImmediateCharge(TERMS, declined)).toBeNull();
});

it.each<[string, Partial<AutoTopUpView>]>([
  ["the balance is not below the threshold", { available: usd("20.00") }],
  ["another charge is not finished", { charge: aCharge("retry_wait") }],
  ["automatic charges are paused", { isPaused: true }],
  ["the balance is frozen", { isFrozen: true }],
  ["the monthly limit is reached", { used: { month: usd("450.01"), day: usd("0.00"), dayCount: 0 } }],
  ["the daily limit is reached", { used: { month: usd("0.00"), day: usd("150.01"), dayCount: 1 } }],
  ["the number of charges is reached", { used: { month: usd("0.00"), day: usd("0.00"), dayCount: 3 } }],
])("says nothing when %s", (_, changes) => {
  expect(warning(changes)).toBeNull();
});
