import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creditObstacle, decideInvoice } from "@/lib/auto-charge/rules";
import type { InvoiceFacts, InvoicePaymentIntent } from "@/lib/stripe";
import { atDepth } from "@/tests/support/depth";
import { intent, invoice, NOW, payment, state } from "@/tests/support/invoice-facts";

const open = (change: Partial<InvoicePaymentIntent>) =>
  invoice({
    status: "open",
    payments: [
      payment({ status: "open", paymentIntent: intent({ status: "requires_payment_method", ...change }) }),
    ],
  });

const declined = (chargeId: string | null) =>
  open({
    failure: {
      code: "card_declined",
      declineCode: "insufficient_funds",
      adviceCode: null,
      chargeId,
      paymentMethodId: "pm_1",
    },
  });

describe("a paid invoice", () => {
  it("is credited when everything is as it was asked for", () => {
    expect(decideInvoice(state(), invoice())).toEqual({ do: "credit", payment: intent() });
  });

  it.each<[string, Partial<InvoiceFacts>]>([
    ["topup_mismatch", { metadata: { topup_intent_id: "topup_2" } }],
    ["customer_mismatch", { stripeCustomerId: "cus_2" }],
    ["currency_mismatch", { currency: "eur" }],
    ["amount_mismatch", { subtotalCents: 1_999n }],
    ["discounted", { isDiscounted: true }],
    ["total_mismatch", { totalCents: 2_381n }],
    ["payment_incomplete", { payments: [] }],
    ["payment_incomplete", { payments: [payment({ type: "payment_record", paymentIntent: null })] }],
    ["payment_incomplete", { payments: [payment({ paymentIntent: intent({ status: "processing" }) })] }],
    ["payment_currency_mismatch", { payments: [payment({ paymentIntent: intent({ currency: "eur" }) })] }],
    ["received_mismatch", { payments: [payment({ amountPaidCents: 1_880n })] }],
    ["received_mismatch", { amountPaidCents: 1_880n }],
    [
      "received_mismatch",
      {
        payments: [
          payment({ amountPaidCents: 1_000n }),
          payment({ type: "payment_record", amountPaidCents: 1_380n, paymentIntent: null }),
        ],
      },
    ],
  ])("is left to a person with the reason %s", (reason, change) => {
    expect(creditObstacle(state(), invoice(change))).toBe(reason);
    expect(decideInvoice(state(), invoice(change))).toEqual({ do: "review", reason });
    const asked = state({ status: "needs_review", reviewReason: reason });
    expect(decideInvoice(asked, invoice(change))).toEqual({ do: "nothing" });
  });

  it("is credited in every status that has no credit yet", () => {
    const statuses = [
      "created",
      "open",
      "processing",
      "retry_wait",
      "action_required",
      "needs_review",
      "failed",
    ];
    for (const status of [...statuses, "canceled"]) {
      expect(decideInvoice(state({ status }), invoice()).do).toBe("credit");
    }
  });

  it("is not decided again after a credit, or after a person has decided", () => {
    const credited = state({ status: "succeeded", creditedAt: NOW, stripePaymentIntentId: "pi_1" });
    const decided = state({ status: "canceled", reviewReason: "discounted", reviewPaymentIntentId: "pi_1" });
    for (const one of [credited, decided]) {
      expect(decideInvoice(one, invoice())).toEqual({ do: "nothing" });
      const other = intent({ paymentIntentId: "pi_2" });
      expect(decideInvoice(one, invoice({ payments: [payment({ paymentIntent: other })] }))).toEqual({
        do: "flag_second_payment",
        payment: other,
      });
    }
  });

  it("of the other mode changes nothing", () => {
    expect(decideInvoice(state(), invoice({ livemode: true }))).toEqual({ do: "nothing" });
  });

  it("credits only if every cent of the total came through Stripe", () => {
    const part = fc.record({
      cents: fc.integer({ min: 0, max: 700 }),
      isOurs: fc.boolean(),
      hasSucceeded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 3 }), part, fc.boolean(), (some, last, isAll) => {
        const rest = 2_380 - some.reduce((total, { cents }) => total + cents, 0);
        const parts = [...some, isAll ? { ...last, cents: rest } : last];
        const payments = parts.map(({ cents, isOurs, hasSucceeded }) =>
          payment({
            type: isOurs ? "payment_intent" : "payment_record",
            amountPaidCents: BigInt(cents),
            paymentIntent: isOurs ? intent({ status: hasSucceeded ? "succeeded" : "processing" }) : null,
          }),
        );
        const through = parts.filter(({ isOurs }) => isOurs);
        const sum = through.reduce((total, { cents }) => total + cents, 0);
        const mayCredit = sum === 2_380 && through.every(({ hasSucceeded }) => hasSucceeded);
        expect(decideInvoice(state(), invoice({ payments })).do === "credit").toBe(mayCredit);
      }),
      { numRuns: atDepth({ ci: 200, deep: 20_000 }) },
    );
  });
});

describe("an invoice that is not paid", () => {
  it.each(["created", "open", "retry_wait", "action_required", "needs_review"])(
    "ends a top-up that is %s when it is void or deleted",
    (status) => {
      expect(decideInvoice(state({ status }), invoice({ status: "void" }))).toEqual({ do: "end" });
      expect(decideInvoice(state({ status }), null)).toEqual({ do: "end" });
    },
  );

  it.each(["failed", "canceled", "succeeded"])("changes nothing for a top-up that is %s", (status) => {
    expect(decideInvoice(state({ status }), null)).toEqual({ do: "nothing" });
    expect(decideInvoice(state({ status }), declined("ch_1"))).toEqual({ do: "nothing" });
  });

  it("whose payment is processing is waited for, once", () => {
    const processing = open({ status: "processing" });
    expect(decideInvoice(state(), processing)).toEqual({ do: "wait_for_payment" });
    expect(decideInvoice(state({ status: "processing" }), processing)).toEqual({ do: "nothing" });
  });

  it("whose payment waits for the customer asks the customer, if the attempt was ours", () => {
    const waiting = open({ status: "requires_action" });
    expect(decideInvoice(state(), waiting)).toEqual({ do: "ask_customer" });
    expect(decideInvoice(state({ payStartedAt: null }), waiting)).toEqual({ do: "nothing" });
  });

  it("that was declined counts one decline for each failed charge of ours, and lists those of the customer", () => {
    expect(decideInvoice(state(), declined("ch_1")).do).toBe("record_decline");
    expect(decideInvoice(state({ payStartedAt: null }), declined("ch_1")).do).toBe("note_decline");
    expect(decideInvoice(state({ failedChargeId: "ch_1" }), declined("ch_1")).do).toBe("nothing");
    expect(decideInvoice(state(), declined(null)).do).toBe("nothing");
    expect(decideInvoice(state(), open({})).do).toBe("nothing");
  });
});
