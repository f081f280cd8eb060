import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_ADDRESS } from "../../src/resources/params";
import { readTaxId, taxOnTop, taxRule, taxWithin } from "../../src/tax/tax-table";

const at = (country: string, state: string | null = null) => ({ ...EMPTY_ADDRESS, country, state });

describe("tax", () => {
  it.each([
    [2500, 1900, 475],
    [2500, 725, 181],
    [1000, 725, 73], // 72.5 cents
    [50, 1900, 10], // 9.5 cents
    [99_999_999, 2000, 20_000_000],
    [2500, 0, 0],
  ])("of %i cents at %i hundredths of a percent is %i, rounded half up", (amount, basisPoints, tax) => {
    expect(taxOnTop(amount, basisPoints)).toBe(tax);
  });

  it("is the same whether included in a gross amount or added to its net amount", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.constantFrom(0, 725, 1900, 2000),
        (net, basisPoints) => {
          const gross = net + taxOnTop(net, basisPoints);
          expect(Math.abs(taxWithin(gross, basisPoints) - taxOnTop(net, basisPoints))).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it.each([
    ["DE", null, 1900],
    ["US", "ca", 725],
    ["US", "OR", 0],
    ["US", "NY", 0],
    ["JP", null, 0],
  ])("in %s %s is %i", (country, state, basisPoints) => {
    expect(taxRule(at(country, state), undefined).basisPoints).toBe(basisPoints);
  });

  it("is reverse-charged for a business with an EU VAT ID, and only then", () => {
    expect(taxRule(at("FR"), { type: "eu_vat", value: "FR12345678901" })).toEqual({
      basisPoints: 0,
      reason: "reverse_charge",
    });
    expect(taxRule(at("GB"), { type: "gb_vat", value: "GB123456789" }).basisPoints).toBe(2000);
  });

  it.each([
    ["DE", "de 123 456 789", { type: "eu_vat", value: "DE123456789" }],
    ["GR", "EL123456789", { type: "eu_vat", value: "EL123456789" }],
    ["GB", "GB123456789", { type: "gb_vat", value: "GB123456789" }],
    ["US", "12-3456789", { type: "us_ein", value: "12-3456789" }],
    ["DE", "FR123456789", undefined],
    ["JP", "1234567890123", undefined],
    ["DE", "hello", undefined],
  ])("recognizes a tax ID of %s: %s", (country, text, expected) => {
    expect(readTaxId(country, text)).toEqual(expected);
  });
});
