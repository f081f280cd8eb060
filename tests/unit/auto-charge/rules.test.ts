import { describe, expect, it } from "vitest";
import { classifyDecline, draftProblem, finalizedProblem, respondToDecline } from "@/lib/auto-charge/rules";
import type { InvoiceFacts } from "@/lib/stripe";
import { draft, NOW, state } from "@/tests/support/invoice-facts";

describe("a draft", () => {
  it.each<[string | null, Partial<InvoiceFacts>]>([
    [null, {}],
    [
      "address_required",
      { tax: { isEnabled: true, status: "requires_location_inputs", disabledReason: null } },
    ],
    ["customer_balance", { startingBalanceCents: -1n }],
    ["customer_balance", { startingBalanceCents: 1n }],
    ["stripe_setup", { lineIds: ["il_1", "il_2"] }],
    ["stripe_setup", { lineIds: [] }],
    ["stripe_setup", { currency: "eur" }],
    ["stripe_setup", { subtotalCents: 4_000n }],
    ["stripe_setup", { isDiscounted: true }],
    ["stripe_setup", { totalCents: 2_379n }],
    ["stripe_setup", { tax: { isEnabled: false, status: null, disabledReason: null } }],
  ])("has the problem %s", (problem, change) => {
    expect(draftProblem(state(), draft(change), true)).toBe(problem);
  });
});

describe("a finalized invoice", () => {
  it.each<[string | null, Partial<InvoiceFacts>]>([
    [null, {}],
    ["customer_balance", { amountDueCents: 1_880n }],
    ["stripe_setup", { tax: { isEnabled: true, status: "failed", disabledReason: null } }],
    ["stripe_setup", { tax: { isEnabled: true, status: "complete", disabledReason: "finalization" } }],
    ["stripe_setup", { subtotalCents: 4_000n }],
  ])("has the problem %s", (problem, change) => {
    expect(finalizedProblem(state(), draft({ status: "open", ...change }), true)).toBe(problem);
  });

  it("without tax needs none", () => {
    const untaxed = { tax: { isEnabled: false, status: null, disabledReason: null } };
    const facts = { taxCents: 0n, totalCents: 2_000n, amountDueCents: 2_000n, ...untaxed };
    expect(finalizedProblem(state(), draft(facts), false)).toBeNull();
  });
});

describe("a decline", () => {
  it.each<[string, string, string | null, string | null]>([
    ["authentication", "authentication_required", null, null],
    ["authentication", "card_declined", "authentication_required", null],
    ["authentication", "invoice_payment_intent_requires_action", null, null],
    ["expired", "expired_card", null, null],
    ["hard", "card_declined", "stolen_card", null],
    ["hard", "card_declined", "do_not_honor", "do_not_try_again"],
    ["soft", "card_declined", "insufficient_funds", null],
    ["soft", "card_declined", "a_new_code", "try_again_later"],
  ])("is %s for %s, %s, %s", (kind, code, declineCode, adviceCode) => {
    expect(classifyDecline({ code, declineCode, adviceCode })).toBe(kind);
  });

  it("that is temporary is retried after 24 and after 72 hours, then given up", () => {
    const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000);
    expect(respondToDecline("soft", 1, NOW)).toEqual({ do: "retry", at: hours(24) });
    expect(respondToDecline("soft", 2, NOW)).toEqual({ do: "retry", at: hours(72) });
    expect(respondToDecline("soft", 3, NOW)).toEqual({ do: "give_up", reason: "card_declined" });
  });

  it("that is permanent is given up, unless the customer can authenticate", () => {
    expect(respondToDecline("hard", 1, NOW)).toEqual({ do: "give_up", reason: "card_declined" });
    expect(respondToDecline("expired", 1, NOW)).toEqual({ do: "give_up", reason: "payment_method_expired" });
    expect(respondToDecline("authentication", 1, NOW)).toEqual({ do: "ask_customer" });
  });
});
