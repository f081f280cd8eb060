import { expect, it } from "vitest";
import { fieldOfPath, levelFields, parseLevels } from "@/components/billing/low-balance/levels";
import { usd } from "@/tests/support/auto-top-up-view";

it("sends what is filled in, and leaves out what was cleared", () => {
  expect(levelFields([usd("1250.00"), usd("5.50")])).toEqual(["1,250", "5.50"]);
  expect(parseLevels(["1,250", "", "5.50", " "])).toEqual({ thresholds: ["1250.00", "5.50"], errors: null });
});

it("names each field that is wrong", () => {
  const { errors } = parseLevels(["20", "0", "20.00", "ten"]);

  expect(errors && [...errors.entries()]).toEqual([
    [1, "Enter an amount from $0.01 to $1,000,000. You entered $0."],
    [2, "$20 is there twice."],
    [3, "Enter an amount in US dollars, such as 25 or 25.50."],
  ]);
});

it("finds the field that an error of the API is about, past the empty ones", () => {
  expect(fieldOfPath("thresholds_usd.1", ["20", "", "5"])).toBe(2);
  expect(fieldOfPath("thresholds_usd.5", ["20"])).toBeNull();
  expect(fieldOfPath(undefined, ["20"])).toBeNull();
});
