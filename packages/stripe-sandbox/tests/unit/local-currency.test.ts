import { describe, expect, it } from "vitest";
import type { CheckoutForm } from "../../src/checkout/checkout-form";
import { chosenCurrency, localPrice, offeredCurrency } from "../../src/checkout/local-currency";

type Session = Parameters<typeof offeredCurrency>[0];
type Secrets = Parameters<typeof offeredCurrency>[1];

const session = { mode: "payment", currency: "usd", adaptive_pricing: { enabled: true } } as Session;
const secrets = { payment: { setupFutureUsage: null, captureMethod: "automatic_async" } } as Secrets;
const german = { email: "a+location_DE@example.com" };

describe("the price in the payer's currency", () => {
  it.each([
    [2500, "eur", 2392],
    [2975, "eur", 2846],
    [2500, "gbp", 2054],
    [2500, "jpy", 3900],
    [1, "jpy", 2],
    [500_000, "inr", 43_420_000],
  ])("of %i cents in %s is %i, including the fee, rounded half up", (cents, currency, units) => {
    expect(localPrice(cents, currency)).toEqual({
      presentment_amount: units,
      presentment_currency: currency,
    });
  });

  it("is a whole number that never decreases when the price increases", () => {
    const prices = Array.from({ length: 2000 }, (_, cents) => localPrice(cents, "chf").presentment_amount);

    expect(prices.every(Number.isSafeInteger)).toBe(true);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
  });
});

describe("the offered currency", () => {
  it.each([
    ["a German e-mail address", german, "eur"],
    ["lower case letters", { email: "a+location_gb@example.com" }, "gbp"],
    ["the country from the page first", { ...german, location: "JP" }, "jpy"],
    ["an unknown country", { email: "a@example.com" }, undefined],
    ["a country without a known currency", { email: "a+location_ZW@example.com" }, undefined],
    ["the United States", { email: "a+location_US@example.com" }, undefined],
    ["a location suffix in the wrong position", { email: "+location_DE.x@example.com" }, undefined],
  ])("for %s", (_where, form, expected) => {
    expect(offeredCurrency(session, secrets, form)).toBe(expected);
  });

  it("is used only when the page offered it, and never for a bank in the United States", () => {
    const form = { ...german, payIn: "eur" } as CheckoutForm;

    expect(chosenCurrency(session, secrets, form)).toBe("eur");
    expect(chosenCurrency(session, secrets, { ...form, payIn: "" })).toBeUndefined();
    expect(chosenCurrency(session, secrets, { ...form, payIn: "jpy" })).toBeUndefined();
    expect(chosenCurrency(session, secrets, { ...form, payBy: "bank_pays" })).toBeUndefined();
  });
});
