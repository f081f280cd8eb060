import type { AutoTopUpView, PendingCharge, RuleCard } from "@/components/billing/auto-top-up/view";
import { fromCents, type Nanos, nanos } from "@/lib/money";

export const VISA: RuleCard = { id: "pm_visa", name: "Visa •••• 4242", isDefault: true, isChargeable: true };
export const MASTERCARD: RuleCard = {
  id: "pm_mastercard",
  name: "Mastercard •••• 4444",
  isDefault: false,
  isChargeable: true,
};

/** An amount of US dollars, such as "25.00". */
export function usd(amount: string): Nanos {
  const [dollars = "0", cents = "00"] = amount.split(".");
  return fromCents((BigInt(dollars) * 100n + BigInt(cents)) as Parameters<typeof fromCents>[0]);
}

/** Auto top-up that is on, above its threshold: below $20, add $50. */
export function aView(changes: Partial<AutoTopUpView> = {}): AutoTopUpView {
  return {
    isEnabled: true,
    isPaused: false,
    disabledReason: null,
    terms: {
      threshold: usd("20.00"),
      amount: usd("50.00"),
      monthlyCap: usd("500.00"),
      dailyCap: null,
      dailyCount: 3,
      cardId: VISA.id,
    },
    followsDefault: true,
    cardName: VISA.name,
    cardExpiry: null,
    cards: [VISA, MASTERCARD],
    available: usd("100.00"),
    isFrozen: false,
    used: { month: nanos(0n), day: nanos(0n), dayCount: 0 },
    raised: null,
    consentAt: new Date("2026-11-02T10:00:00Z"),
    charge: null,
    lastOutcome: null,
    nextEvaluationAt: null,
    cooldownEndsAt: null,
    expectedTotal: null,
    lastTopUpIntentId: null,
    ...changes,
  };
}

/** An automatic top-up of $50 plus tax that is not finished. */
export function aCharge(status: string, changes: Partial<PendingCharge> = {}): PendingCharge {
  return {
    topUpIntentId: "topup_01kaw3h8ezf5vr9q2m7x4c6tnd",
    status,
    isClosing: false,
    total: usd("59.50"),
    cardName: VISA.name,
    failure: null,
    nextAttemptAt: null,
    confirmBy: null,
    invoiceUrl: null,
    ...changes,
  };
}
