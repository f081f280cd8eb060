import { describe, expect, it } from "vitest";
import { MAX_EVENT_BYTES, parseJson } from "@/lib/http/pipeline/read-body";

const N = MAX_EVENT_BYTES;

/** Any of these takes minutes where the time grows faster than the text. */
describe("a body as large as may come is parsed in time that grows with its size alone", () => {
  it.each([
    ["zeros before the last digit", `1.${"0".repeat(N)}1`],
    ["zeros between digits", `1.${"01".repeat(N / 2)}`],
    ["an endless integer", "9".repeat(N)],
    ["an endless exponent", `1e${"0".repeat(N)}1`],
    ["zeros after each other's exponents", `0.${"0".repeat(N)}e1`],
  ])("%s", (_what, number) => {
    const body = parseJson(`{"amount_usd":${number}}`) as { amount_usd: unknown };

    expect(["number", "symbol"]).toContain(typeof body.amount_usd);
  });

  it.each([
    ["many lists inside each other", "[".repeat(N)],
    ["many objects inside each other", '{"a":'.repeat(N / 5)],
    ["a text that does not end", `"${"\\\\".repeat(N / 2)}`],
    ["spaces without an end", " ".repeat(N)],
    ["a number without an end", `${"1".repeat(N)}e`],
  ])("%s is refused", (_what, text) => {
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
