import { describe, expect, it } from "vitest";
import { hasValidCheckDigit } from "../../src/cards/card-brands";
import { testCards } from "../../src/cards/test-cards";
import { type CheckoutForm, isCheckoutDetails, readCheckoutForm } from "../../src/checkout/checkout-form";

const NOW = Date.UTC(2026, 10, 22) / 1000;
const session = {
  billing_address_collection: "required",
  automatic_tax: { enabled: true },
  tax_id_collection: { enabled: true },
} as unknown as Parameters<typeof readCheckoutForm>[1];
const form: CheckoutForm = {
  email: "jenny@example.com",
  name: "Jenny Rosen",
  country: "US",
  line1: "1 Main Street",
  line2: "",
  city: "Portland",
  state: "or",
  postalCode: "97201",
  taxId: "",
  cardNumber: "4242-4242 42424242",
  expiry: "11/26",
  cvc: "123",
  savedCard: "",
  save: false,
};
const read = (changes: Partial<CheckoutForm>) => readCheckoutForm({ ...form, ...changes }, session, NOW);

describe("the form of the hosted page", () => {
  it("is parsed into an address and a card that is valid through the end of its month", () => {
    expect(read({})).toMatchObject({
      address: { country: "US", state: "OR", line2: null },
      payment: { card: { number: "4242424242424242" }, expMonth: 11, expYear: 2026 },
    });
  });

  it.each([
    [{ email: "jenny" }, "email"],
    [{ name: " " }, "name"],
    [{ country: "XX" }, "country"],
    [{ line1: "" }, "line1"],
    [{ city: "" }, "city"],
    [{ state: "" }, "state"],
    [{ postalCode: "" }, "postalCode"],
    [{ taxId: "nonsense" }, "taxId"],
    [{ cardNumber: "4242" }, "cardNumber"],
    [{ cardNumber: "4242424242424241" }, "cardNumber"],
    [{ expiry: "10 / 26" }, "expiry"],
    [{ expiry: "13 / 30" }, "expiry"],
    [{ expiry: "" }, "expiry"],
    [{ cvc: "12" }, "cvc"],
    [{ cvc: "123", cardNumber: "378282246310005" }, "cvc"],
  ])("reports which field is wrong in %j", (changes, field) => {
    const result = read(changes);

    expect(isCheckoutDetails(result)).toBe(false);
    expect(Object.keys(result)).toEqual([field]);
  });

  it("does not require card fields when a saved card is selected", () => {
    expect(read({ savedCard: "pm_1", cardNumber: "", expiry: "", cvc: "", name: "" })).toMatchObject({
      payment: { savedCard: "pm_1" },
    });
  });
});

it("lists only test cards whose number has a valid check digit", () => {
  expect(testCards.filter((card) => !hasValidCheckDigit(card.number))).toEqual([]);
});
