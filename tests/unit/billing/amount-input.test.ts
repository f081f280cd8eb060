import { describe, expect, it } from "vitest";
import { rangeOf, readAmount } from "@/components/billing/amount-input";

const limits = { min: 5_000_000_000n, max: 5_000_000_000_000n };

describe("readAmount", () => {
  it.each([
    ["25", "25.00"],
    [" $25.50 ", "25.50"],
    ["1,250", "1250.00"],
    ["1,250.5", "1250.50"],
    ["5", "5.00"],
    ["5000.00", "5000.00"],
    ["007", "7.00"],
  ])("reads %j as %s dollars", (text, amountUsd) => {
    expect(readAmount(text, limits)).toEqual({ amountUsd, problem: null });
  });

  it.each(["4.99", "5000.01", "0", "99999999999999999999"])("refuses %j as out of range", (text) => {
    expect(readAmount(text, limits).problem).toBe("Enter an amount from $5 to $5,000.");
  });

  it("asks for an amount when there is none", () => {
    expect(readAmount("  ", limits).problem).toBe("Enter an amount.");
  });

  it("never rounds a part of a cent away", () => {
    expect(readAmount("25.005", limits).problem).toBe("Use at most two digits after the point.");
  });

  it.each(["25,50", "1e3", "-25", "25.", "abc", "25 USD", "1,25,000", "٢٥"])("refuses %j", (text) => {
    expect(readAmount(text, limits)).toMatchObject({ amountUsd: null, problem: expect.any(String) });
  });
});

describe("rangeOf", () => {
  it("leaves out cents that say nothing", () => {
    expect(rangeOf(limits)).toBe("from $5 to $5,000");
    expect(rangeOf({ min: 5_500_000_000n, max: 10_000_000_000n })).toBe("from $5.50 to $10");
  });
});
