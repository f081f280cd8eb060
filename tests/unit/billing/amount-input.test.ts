import { describe, expect, it } from "vitest";
import { parseAmount, rangeOf } from "@/components/billing/amount-input";

const limits = { min: 5_000_000_000n, max: 5_000_000_000_000n };

describe("parseAmount", () => {
  it.each([
    ["25", "25.00"],
    [" $25.50 ", "25.50"],
    ["1,250", "1250.00"],
    ["1,250.5", "1250.50"],
    ["5", "5.00"],
    ["5000.00", "5000.00"],
    ["007", "7.00"],
  ])("parses %j as %s dollars", (text, amountUsd) => {
    expect(parseAmount(text, limits)).toEqual({ amountUsd, error: null });
  });

  it.each(["4.99", "5000.01", "0", "99999999999999999999"])("rejects %j as out of range", (text) => {
    expect(parseAmount(text, limits).error).toMatch(/^Enter an amount from \$5 to \$5,000\. You entered \$/);
  });

  it("asks for an amount when the field is empty", () => {
    expect(parseAmount("  ", limits).error).toBe("Enter an amount.");
  });

  it("rejects fractions of a cent instead of rounding them", () => {
    expect(parseAmount("25.005", limits).error).toBe("Use at most two decimal places.");
  });

  it.each(["25,50", "1e3", "-25", "25.", "abc", "25 USD", "1,25,000", "٢٥"])("rejects %j", (text) => {
    expect(parseAmount(text, limits)).toMatchObject({ amountUsd: null, error: expect.any(String) });
  });
});

describe("rangeOf", () => {
  it("omits zero cents", () => {
    expect(rangeOf(limits)).toBe("from $5 to $5,000");
    expect(rangeOf({ min: 5_500_000_000n, max: 10_000_000_000n })).toBe("from $5.50 to $10");
  });
});
