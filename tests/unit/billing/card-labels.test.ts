import { expect, it } from "vitest";
import { cardName, expiryOf } from "@/components/billing/card-labels";

it("names a card by its brand and last four digits", () => {
  expect(cardName({ brand: "visa", last4: "4242" })).toBe("Visa •••• 4242");
  expect(cardName({ brand: "amex", last4: "0005" })).toBe("American Express •••• 0005");
  expect(cardName({ brand: "brand_new", last4: "1111" })).toBe("Brand_new •••• 1111");
});

it("formats the expiry date as printed on a card", () => {
  expect(expiryOf(4, 2029)).toBe("04/29");
  expect(expiryOf(12, 2100)).toBe("12/00");
});
