import { expect, it } from "vitest";
import fixtures from "../../src/stripe-openapi/fixtures.json";
import { expectStripeShape } from "../support/stripe-shapes";

const customer = fixtures.resources.customer;

it.each([
  "balance_transaction",
  "charge",
  "checkout.session",
  "customer",
  "dispute",
  "payment_intent",
  "payment_method",
  "refund",
  "setup_intent",
] as const)("accepts Stripe's own example of a %s", (name) => {
  expectStripeShape(name, fixtures.resources[name]);
});

it("rejects an object with a missing, unknown or invalid field", () => {
  const { email: _, ...incomplete } = customer;

  expect(() => expectStripeShape("customer", incomplete)).toThrow(/email/);
  expect(() => expectStripeShape("customer", { ...customer, nickname: "Jo" })).toThrow(/nickname/);
  expect(() => expectStripeShape("customer", { ...customer, balance: "0" })).toThrow(/integer/);
});
