import { describe, expect, it } from "vitest";
import { MAX_EVENT_BYTES, parseJson } from "@/lib/http/pipeline/read-body";

const N = MAX_EVENT_BYTES;

/** Each of these takes minutes if the time grows faster than the body. */
describe("the largest body is parsed in linear time", () => {
  it.each([
    ["zeros before the last digit", `1.${"0".repeat(N)}1`],
    ["zeros between digits", `1.${"01".repeat(N / 2)}`],
    ["a long integer", "9".repeat(N)],
    ["a long exponent", `1e${"0".repeat(N)}1`],
    ["leading zeros with an exponent", `0.${"0".repeat(N)}e1`],
  ])("%s", (_what, number) => {
    const body = parseJson(`{"amount_usd":${number}}`) as { amount_usd: unknown };

    expect(["number", "symbol"]).toContain(typeof body.amount_usd);
  });

  it.each([
    ["deeply nested lists", "[".repeat(N)],
    ["deeply nested objects", '{"a":'.repeat(N / 5)],
    ["an unterminated string", `"${"\\\\".repeat(N / 2)}`],
    ["only spaces", " ".repeat(N)],
    ["an incomplete number", `${"1".repeat(N)}e`],
  ])("%s is rejected", (_what, text) => {
    expect(() => parseJson(text)).toThrow("The body is not valid JSON.");
  });

  it.each([
    ["1.0000000000000001", false],
    ["100000000000000000000", true],
    ["0.000000000000000000012", true],
    ["-123456789012345", true],
    ["1234567890123456", false],
    ["0.0", true],
    ["1.5E3", true],
    ["1e999", false],
  ])("the number %s is exact: %s", (text, isExact) => {
    expect(parseJson(text) === Number(text)).toBe(isExact);
  });
});
