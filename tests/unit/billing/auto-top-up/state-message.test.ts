import { describe, expect, it } from "vitest";
import { describeAutoTopUp } from "@/components/billing/auto-top-up/state-message";
import type { AutoTopUpView } from "@/components/billing/auto-top-up/view";
import { DISABLED_REASONS, SKIP_REASONS } from "@/lib/auto-top-up";
import { aCharge, aView, MASTERCARD, usd, VISA } from "@/tests/support/auto-top-up-view";

const AT = new Date("2026-11-30T10:42:00Z");

/** The state as a reader sees it. */
function shown(changes: Partial<AutoTopUpView>): string {
  const { label, title, text, actions } = describeAutoTopUp(aView(changes));
  return [label, title, text, actions.join(" ")].filter(Boolean).join(" | ");
}

const low = (lastOutcome: string | null, changes: Partial<AutoTopUpView> = {}) =>
  shown({ available: usd("8.21"), lastOutcome, ...changes });

describe("a rule that is on", () => {
  it("says when the card is charged", () => {
    expect(shown({})).toBe("On | Visa •••• 4242 is charged when your balance falls below $20.00.");
  });

  it("warns of a card that is about to expire", () => {
    expect(shown({ cardExpiry: "12/26" })).toMatch(/^On \| Visa •••• 4242 expires 12\/26 \|.*save_card$/);
  });

  it("says that a low balance is about to be charged, and waits for it", () => {
    expect(low("above_threshold")).toBe(
      "On | Your balance is low | Visa •••• 4242 is charged within a minute or two.",
    );
    expect(describeAutoTopUp(aView({ available: usd("8.21") })).isWaiting).toBe(true);
  });

  it("says when the next charge is possible after a cooldown", () => {
    expect(low("cooldown", { nextEvaluationAt: AT })).toContain(
      "low at Nov 30, 10:42 AM UTC, it is charged again",
    );
  });

  it("offers to allow more when the daily limit is reached, once", () => {
    const used = { month: usd("59.50"), day: usd("59.50"), dayCount: 1 };
    const terms = { ...aView().terms, dailyCount: 1 };
    const raised = { dailyCap: usd("400.00"), dailyCount: 2, until: AT };

    expect(low("daily_cap", { used, terms, nextEvaluationAt: AT })).toBe(
      "On | Daily limit reached | The card paid $59.50 in 1 charge in the past 24 hours. Your limits are $200.00 and 1 charge. The next charge is possible from Nov 30, 10:42 AM UTC. | allow_more top_up",
    );
    expect(low("daily_cap", { used, terms, raised, nextEvaluationAt: AT })).toMatch(
      /already allowed more until Nov 30, 10:42 AM UTC\. \| top_up$/,
    );
  });

  it("waits for the charge as soon as more was allowed", () => {
    const raised = { dailyCap: usd("400.00"), dailyCount: 2, until: AT };
    const used = { month: usd("59.50"), day: usd("59.50"), dayCount: 1 };

    expect(low("daily_cap", { used, raised })).toContain("is charged within a minute or two");
  });

  it("says that one charge with tax is more than the daily limit", () => {
    const terms = { ...aView().terms, dailyCap: usd("50.00") };

    expect(low("daily_cap", { terms, expectedTotal: usd("59.50") })).toContain(
      "One charge of $59.50 is more than your daily limit of $50.00. Raise the limit, or top up by hand.",
    );
  });

  it("says when auto top-up continues after the monthly limit", () => {
    const used = { month: usd("476.00"), day: usd("0.00"), dayCount: 0 };

    expect(
      low("monthly_cap", {
        used,
        expectedTotal: usd("59.50"),
        nextEvaluationAt: new Date("2026-12-01T00:00:00Z"),
      }),
    ).toBe(
      "On | Monthly limit reached | Another $59.50 would exceed your limit of $500.00: $476.00 were charged this month. Auto top-up continues on December 1. Until then, raise the limit or top up by hand. | top_up",
    );
  });
});

describe("a charge that is not finished", () => {
  it("links to the page where the payment is confirmed, and says until when", () => {
    const charge = aCharge("action_required", {
      confirmBy: AT,
      invoiceUrl: "https://invoice.stripe.com/i/1",
    });

    expect(shown({ charge })).toBe(
      "On | Confirm your $59.50 payment | Your bank asks you to confirm it by Nov 30, 10:42 AM UTC. Until then nothing is charged or added. | confirm_payment",
    );
  });

  it("says why it was declined, when it is tried again, and how to pay now", () => {
    const charge = aCharge("retry_wait", { failure: "The card has insufficient funds.", nextAttemptAt: AT });

    expect(shown({ charge })).toBe(
      "On | Visa •••• 4242 was declined | The card has insufficient funds. Nothing was charged. We try again on Nov 30, 10:42 AM UTC. To pay now, choose another card: it is tried at once. | choose_card save_card",
    );
  });

  it.each(["created", "open", "processing"])("waits while it is %s", (status) => {
    expect(describeAutoTopUp(aView({ charge: aCharge(status) }))).toMatchObject({
      title: "Charging Visa •••• 4242",
      isWaiting: true,
    });
  });
});

describe("a rule that is off", () => {
  it("is no alarm when the customer turned it off", () => {
    const { label, tone, actions } = describeAutoTopUp(aView({ isEnabled: false }));

    expect({ label, tone, actions }).toEqual({ label: "Off", tone: null, actions: [] });
  });

  it.each(DISABLED_REASONS)("says what happened and the way back from %s", (disabledReason) => {
    const off = aView({ isEnabled: false, disabledReason });
    const message = describeAutoTopUp(off);

    expect(message).toMatchObject({ label: "Off", tone: "bad", title: "Auto top-up is off" });
    expect(message.text).toMatch(/auto top-up on again/i);
    expect(message.text).not.toMatch(/_|undefined|null/);
    expect(message.text).not.toContain("turned off by us");
  });

  it("asks to save a card when there is none left to choose", () => {
    const disabledReason = "payment_method_detached";
    const off = { isEnabled: false, disabledReason };

    expect(shown({ ...off, cards: [] })).toBe(
      "Off | Auto top-up is off | Visa •••• 4242 was removed. Save a card, then turn auto top-up on again. | save_card",
    );
    expect(shown({ ...off, cards: [MASTERCARD] })).toBe(
      "Off | Auto top-up is off | Visa •••• 4242 was removed. Choose a card below, then turn auto top-up on again. | choose_card",
    );
  });

  it("says that the operator has paused it, whatever else applies", () => {
    const changes = { isPaused: true, charge: aCharge("retry_wait"), disabledReason: "card_declined" };

    expect(shown(changes)).toBe(
      "Paused | Automatic charges are paused | We have paused them, and your settings are kept. Top up by hand until then, or contact us. | top_up contact",
    );
  });
});

it("has words for every outcome of an evaluation", () => {
  for (const outcome of SKIP_REASONS) {
    const { title, text } = describeAutoTopUp(
      aView({ available: usd("1.00"), lastOutcome: outcome, nextEvaluationAt: AT, cards: [VISA] }),
    );

    expect(`${title} ${text}`, outcome).not.toMatch(/_|undefined|NaN/);
  }
});
