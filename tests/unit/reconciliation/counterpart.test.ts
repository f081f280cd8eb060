import { describe, expect, it } from "vitest";
import { counterpartOf } from "@/lib/reconciliation";

/** Types and categories as Stripe documents them. */
const KNOWN: [type: string, category: string, counterpart: string][] = [
  ["charge", "charge", "credit"],
  ["payment", "charge", "credit"],
  ["payment_failure_refund", "charge_failure", "credit"],
  ["refund", "refund", "refund"],
  ["payment_refund", "refund", "refund"],
  ["refund_failure", "refund_failure", "refund"],
  ["adjustment", "refund_failure", "refund"],
  ["adjustment", "dispute", "dispute"],
  ["adjustment", "dispute_reversal", "dispute"],
  ["stripe_fee", "fee", "total"],
  ["tax_fee", "tax", "total"],
  ["payout", "payout", "total"],
  ["payout_failure", "payout_reversal", "total"],
  ["reserve_transaction", "risk_reserved_funds", "total"],
  ["topup", "topup", "total"],
  ["topup_reversal", "topup_reversal", "total"],
];

describe("counterpartOf", () => {
  it.each(KNOWN)("%s (%s) has %s", (type, reportingCategory, counterpart) => {
    expect(counterpartOf({ type, reportingCategory })).toBe(counterpart);
  });

  it.each([
    ["transfer", "transfer"],
    ["adjustment", "other_adjustment"],
    ["adjustment", "invented"],
    ["constructor", "charge"],
    ["invented", "charge"],
  ])("%s (%s) has no default", (type, reportingCategory) => {
    expect(counterpartOf({ type, reportingCategory })).toBe("unknown");
  });
});
