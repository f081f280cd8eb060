import fc from "fast-check";
import type Stripe from "stripe";
import { expect, it } from "vitest";
import { paymentFeeCents } from "../../src/resources/balance/payment-funds";
import { responseDueBy } from "../../src/resources/disputes/dispute";
import { presentmentOf, withRefunded } from "../../src/resources/refunds/refund";

interface Paid {
  cents: number;
  type?: string;
  /** What the customer paid, in euro cents. */
  presented?: number;
}

/** Only the fields that the rules read. */
function aCharge({ cents, type = "card", presented }: Paid): Stripe.Charge {
  const charge = {
    id: "ch_1",
    amount: cents,
    amount_captured: cents,
    amount_refunded: 0,
    refunded: false,
    payment_method_details: { type },
    ...(presented !== undefined && {
      presentment_details: { presentment_amount: presented, presentment_currency: "eur" },
    }),
  };
  return charge as unknown as Stripe.Charge;
}

it.each([
  [50, "card", 31],
  [1000, "card", 59],
  [2500, "card", 103],
  [10_000, "card", 320],
  [2500, "us_bank_account", 20],
  [100_000, "us_bank_account", 500],
])("charges the published fee: for %i cents by %s it is %i", (cents, type, fee) => {
  expect(paymentFeeCents(aCharge({ cents, type }))).toBe(fee);
});

it("shows a refund in the presentment currency; all refunds add up to exactly what was paid", () => {
  const parts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 });

  fc.assert(
    fc.property(parts, fc.integer({ min: 0, max: 200_000 }), (amounts, presented) => {
      let charge = aCharge({ cents: amounts.reduce((sum, cents) => sum + cents, 0), presented });
      let shown = 0;
      for (const cents of amounts) {
        const details = presentmentOf(charge, cents);
        expect(details?.presentment_currency).toBe("eur");
        expect(details?.presentment_amount).toBeGreaterThanOrEqual(0);
        shown += details?.presentment_amount ?? 0;
        charge = withRefunded(charge, cents);
      }
      expect(shown).toBe(presented);
      expect(charge.refunded).toBe(true);
    }),
  );
});

it("shows no presentment amount when the payment was made in the settlement currency", () => {
  expect(presentmentOf(aCharge({ cents: 1000 }), 400)).toBeUndefined();
});

it("never allows refunds above the charge or below zero", () => {
  const charge = aCharge({ cents: 1000 });

  expect(() => withRefunded(charge, 1001)).toThrow(/1001 of 1000/);
  expect(() => withRefunded(charge, -1)).toThrow(/-1 of 1000/);
  expect(withRefunded(withRefunded(charge, 1000), -400)).toMatchObject({
    amount_refunded: 600,
    refunded: false,
  });
});

it("sets the dispute deadline to the end of the eighth day", () => {
  const noon = Date.UTC(2026, 10, 22, 12) / 1000;

  expect(new Date(responseDueBy(noon) * 1000).toISOString()).toBe("2026-11-30T23:59:59.000Z");
});
