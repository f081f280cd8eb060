import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AmountFormatError,
  cents,
  displayUsd,
  formatCents,
  formatUsd,
  fromCents,
  type Nanos,
  nanos,
  parseUsd,
  toWholeCents,
} from "@/lib/money";

const anyAmount = fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n }).map(nanos);

describe("parseUsd", () => {
  it("is the inverse of formatUsd", () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        expect(parseUsd(formatUsd(amount), { decimals: 9, signed: true })).toBe(amount);
      }),
    );
  });

  it("parses a number with at most 15 significant digits exactly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (whole, billionths) => {
          const text = `${whole}.${billionths.toString().padStart(9, "0")}`;
          expect(parseUsd(Number(text), { decimals: 9 })).toBe(parseUsd(text, { decimals: 9 }));
        },
      ),
    );
  });

  it.each([
    ["25.00", 25_000_000_000n],
    ["25", 25_000_000_000n],
    [25, 25_000_000_000n],
    [1e3, 1_000_000_000_000n],
    [1e-7, 100n],
    [0.1, 100_000_000n],
    [-0, 0n],
    ["0.000000001", 1n],
    [123456789012345, 123_456_789_012_345_000_000_000n],
  ])("parses %j", (input, expected) => {
    expect(parseUsd(input, { decimals: 9 })).toBe(expected);
  });

  it.each([
    "",
    " 25",
    "25 ",
    "25,00",
    "1e3",
    "+5",
    "-5",
    "--5",
    ".5",
    "5.",
    "0x10",
    "٣",
    "Infinity",
    "NaN",
    "1_000",
    "$5",
    "25.0000000001",
    "9".repeat(31),
    -5,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    0.1234567890123456,
    1e-10,
    Number("12345678901234567"),
  ])("rejects %j", (input) => {
    expect(() => parseUsd(input, { decimals: 9 })).toThrow(AmountFormatError);
  });

  it.each([["25.001"], [25.001], ["25.000"]])(
    "rejects more than two decimals for whole cents: %j",
    (input) => {
      expect(() => parseUsd(input, { decimals: 2 })).toThrow("at most 2 decimals");
    },
  );

  it("throws only AmountFormatError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double()), (input) => {
        try {
          expect(parseUsd(input, { decimals: 9 })).toBeGreaterThanOrEqual(0n);
        } catch (error) {
          expect(error).toBeInstanceOf(AmountFormatError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("formatUsd", () => {
  it.each([
    [0n, "0.00"],
    [1n, "0.000000001"],
    [12_000n, "0.000012"],
    [-500_000_000n, "-0.50"],
    [25_000_000_000n, "25.00"],
    [9_000_000_000_000_000_000n, "9000000000.00"],
  ])("formats %s as %s", (amount, text) => {
    expect(formatUsd(amount as Nanos)).toBe(text);
  });

  it("groups thousands for display and keeps every digit", () => {
    expect(displayUsd(nanos(1_234_567_000_012_000n))).toBe("$1,234,567.000012");
    expect(displayUsd(nanos(-5_000_000_000n))).toBe("−$5.00");
  });
});

describe("cents", () => {
  it("convert to nano-dollars and back without loss", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 500_000n }), (amount) => {
        expect(toWholeCents(fromCents(cents(amount)))).toBe(amount);
      }),
    );
    expect(formatCents(cents(2_500n))).toBe("25.00");
  });

  it("reject fractions of a cent", () => {
    expect(() => toWholeCents(nanos(1n))).toThrow(RangeError);
  });
});
