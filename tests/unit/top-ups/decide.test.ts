import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckoutFacts } from "@/lib/stripe";
import { type Decision, decide, type IntentState, type ReviewReason } from "@/lib/top-ups";

const intent: IntentState = {
  topUpIntentId: "topup_1",
  mode: "payment",
  status: "open",
  livemode: false,
  amountCents: 2_500,
  stripeCustomerId: "cus_1",
  stripeSessionId: "cs_1",
  stripePaymentIntentId: null,
  creditedAt: null,
  failureCode: null,
  reviewReason: null,
  reviewSessionId: null,
};

const paid: CheckoutFacts = {
  sessionId: "cs_1",
  url: null,
  mode: "payment",
  status: "complete",
  paymentStatus: "paid",
  livemode: false,
  createdAt: new Date(0),
  expiresAt: new Date(3_600_000),
  stripeCustomerId: "cus_1",
  metadata: { topup_intent_id: "topup_1" },
  currency: "usd",
  subtotalCents: 2_500n,
  totalCents: 2_975n,
  taxCents: 475n,
  discountCents: 0n,
  presentment: null,
  payment: {
    paymentIntentId: "pi_1",
    status: "succeeded",
    paidAt: new Date(1_000),
    isImmediate: true,
    receivedCents: 2_975n,
    currency: "usd",
    lastError: null,
  },
  setupIntentId: null,
  setupStatus: null,
  setupError: null,
  card: null,
  invoice: null,
  makesInvoice: true,
};

const paidPayment = paid.payment as NonNullable<CheckoutFacts["payment"]>;

/** A payment whose amount at Stripe differs from the session's amount. */
function received(cents: bigint): CheckoutFacts["payment"] {
  return { ...paidPayment, receivedCents: cents };
}

const decline = { code: "card_declined", declineCode: "insufficient_funds" };
const unpaidPayment = {
  ...paid.payment,
  status: "processing",
  paidAt: null,
  receivedCents: 0n,
} as NonNullable<CheckoutFacts["payment"]>;

describe("decide", () => {
  it("credits a paid session that matches its intent", () => {
    expect(decide(intent, paid)).toEqual({ do: "credit" });
  });

  it.each(["created", "processing", "failed", "expired", "canceled", "needs_review", "retry_wait"])(
    "credits money that arrives in status %s",
    (status) => {
      expect(decide({ ...intent, status }, paid)).toEqual({ do: "credit" });
    },
  );

  it.each<[string, ReviewReason, Partial<CheckoutFacts>]>([
    ["another subtotal", "amount_mismatch", { subtotalCents: 2_499n }],
    ["no subtotal", "amount_mismatch", { subtotalCents: null }],
    ["another currency", "currency_mismatch", { currency: "eur" }],
    ["another customer", "customer_mismatch", { stripeCustomerId: "cus_2" }],
    ["no customer", "customer_mismatch", { stripeCustomerId: null }],
    ["another intent's name", "topup_mismatch", { metadata: { topup_intent_id: "topup_2" } }],
    ["no name", "topup_mismatch", { metadata: {} }],
    ["no payment", "payment_incomplete", { payment: null }],
    ["a discount", "discounted", { discountCents: 500n, totalCents: 2_475n, payment: received(2_475n) }],
    ["an unknown discount", "discounted", { discountCents: null }],
    ["less received than its total", "received_mismatch", { payment: received(2_974n) }],
    ["more received than its total", "received_mismatch", { payment: received(2_976n) }],
    ["a total above amount and tax", "total_mismatch", { totalCents: 2_976n, payment: received(2_976n) }],
    ["no total", "total_mismatch", { totalCents: null }],
    ["an unknown tax", "total_mismatch", { taxCents: null }],
    [
      "a payment in another currency",
      "payment_currency_mismatch",
      { payment: { ...paidPayment, currency: "eur" } },
    ],
    [
      "a payment that Stripe does not call succeeded",
      "payment_incomplete",
      { payment: { ...paidPayment, status: "processing" } },
    ],
    ["another mode", "session_mode_mismatch", { mode: "subscription" }],
  ])("does not credit a paid session with %s: review because of %s", (_what, reason, difference) => {
    expect(decide(intent, { ...paid, ...difference })).toEqual({ do: "review", reason });
  });

  it("ignores a session of the other mode", () => {
    expect(decide(intent, { ...paid, livemode: true })).toEqual({ do: "nothing" });
  });

  it("does nothing when the credited payment is read again", () => {
    const credited = {
      ...intent,
      status: "succeeded",
      creditedAt: new Date(),
      stripePaymentIntentId: "pi_1",
    };

    expect(decide(credited, paid)).toEqual({ do: "nothing" });
  });

  it("flags a second payment, even one that does not match", () => {
    const credited = {
      ...intent,
      status: "succeeded",
      creditedAt: new Date(),
      stripePaymentIntentId: "pi_0",
    };

    expect(decide(credited, paid)).toEqual({ do: "flag_second_payment" });
    expect(decide(credited, { ...paid, subtotalCents: 1n })).toEqual({ do: "flag_second_payment" });
  });

  it.each<[string, Partial<CheckoutFacts>, Decision]>([
    ["open", { status: "open", paymentStatus: "unpaid", payment: null }, { do: "nothing" }],
    [
      "open after a decline",
      { status: "open", paymentStatus: "unpaid", payment: { ...unpaidPayment, lastError: decline } },
      { do: "record_decline", code: "insufficient_funds" },
    ],
    ["complete and unpaid", { paymentStatus: "unpaid", payment: unpaidPayment }, { do: "wait_for_payment" }],
    [
      "complete with a payment that failed later",
      {
        paymentStatus: "unpaid",
        payment: { ...unpaidPayment, status: "requires_payment_method", lastError: decline },
      },
      { do: "fail", code: "insufficient_funds" },
    ],
    ["expired", { status: "expired", paymentStatus: "unpaid", payment: null }, { do: "expire" }],
  ])("decides for a session that is %s", (_what, difference, expected) => {
    expect(decide(intent, { ...paid, ...difference })).toEqual(expected);
  });

  it.each(["created", "open", "processing", "expired", "failed"])(
    "asks for a review of a session that completed without a payment, in status %s",
    (status) => {
      const free = { ...paid, paymentStatus: "no_payment_required", payment: null };

      expect(decide({ ...intent, status }, free)).toEqual({ do: "review", reason: "no_payment_required" });
    },
  );

  it("asks for that review once, and never for a session of an earlier attempt", () => {
    const free = { ...paid, paymentStatus: "no_payment_required", payment: null };
    const reviewed = { ...intent, status: "needs_review", reviewReason: "no_payment_required" };

    expect(decide(reviewed, free)).toEqual({ do: "nothing" });
    expect(decide({ ...intent, stripeSessionId: "cs_2" }, free)).toEqual({ do: "nothing" });
    expect(decide({ ...intent, status: "succeeded", creditedAt: new Date() }, free)).toEqual({
      do: "nothing",
    });
  });

  it("ignores the expiry of an earlier attempt's session", () => {
    const orphan = { ...paid, sessionId: "cs_0", status: "expired", paymentStatus: "unpaid", payment: null };

    expect(decide(intent, orphan)).toEqual({ do: "nothing" });
  });

  it("finishes a setup only when it succeeded at Stripe", () => {
    const setup = { ...intent, mode: "setup", amountCents: null };
    const session = {
      ...paid,
      mode: "setup",
      paymentStatus: "no_payment_required",
      payment: null,
      subtotalCents: null,
    };

    expect(decide(setup, { ...session, setupStatus: "succeeded" })).toEqual({ do: "finish_setup" });
    expect(decide(setup, { ...session, setupStatus: "processing" })).toEqual({ do: "nothing" });
    expect(decide(setup, { ...session, setupStatus: "requires_action" })).toEqual({ do: "nothing" });
  });

  it("fails a completed setup whose card was declined, with the decline code", () => {
    const setup = { ...intent, mode: "setup", amountCents: null };
    const session = {
      ...paid,
      mode: "setup",
      paymentStatus: "no_payment_required",
      payment: null,
      subtotalCents: null,
    };
    const over = { ...session, setupStatus: "requires_payment_method" };

    expect(decide(setup, { ...over, setupError: decline })).toEqual({
      do: "fail",
      code: "insufficient_funds",
    });
    expect(decide(setup, over)).toEqual({ do: "fail", code: "setup_failed" });
    expect(decide(setup, { ...session, setupStatus: "canceled" })).toEqual({
      do: "fail",
      code: "setup_failed",
    });
    expect(decide(setup, { ...over, status: "open" })).toEqual({ do: "nothing" });
    expect(decide({ ...setup, status: "succeeded" }, over)).toEqual({ do: "nothing" });
  });

  it("credits only paid sessions that match, whatever their other fields", () => {
    const anySession = fc.record({
      status: fc.constantFrom("open", "complete", "expired"),
      paymentStatus: fc.constantFrom("paid", "unpaid", "no_payment_required"),
      currency: fc.constantFrom("usd", "eur", null),
      subtotalCents: fc.constantFrom(2_500n, 2_501n, null),
      totalCents: fc.constantFrom(2_975n, 2_500n, null),
      discountCents: fc.constantFrom(0n, 0n, 475n, null),
      livemode: fc.boolean(),
      mode: fc.constantFrom("payment", "setup"),
      stripeCustomerId: fc.constantFrom("cus_1", "cus_2", null),
    });
    const anyState = fc.constantFrom("created", "open", "processing", "failed", "expired", "needs_review");

    fc.assert(
      fc.property(anySession, anyState, (difference, status) => {
        const session = { ...paid, ...difference };
        const mayCredit =
          session.status === "complete" &&
          session.paymentStatus === "paid" &&
          session.currency === "usd" &&
          session.subtotalCents === 2_500n &&
          session.totalCents === 2_975n &&
          session.discountCents === 0n &&
          !session.livemode &&
          session.mode === "payment" &&
          session.stripeCustomerId === "cus_1";

        expect(decide({ ...intent, status }, session).do === "credit").toBe(mayCredit);
      }),
      { numRuns: 1_000 },
    );
  });
});
