import { expect, it } from "vitest";
import { readSince } from "@/lib/commands/reconcile-arguments";

const NOW = new Date("2026-11-29T12:00:00Z");

it("a time of `--since` is a date, with or without a time of day, in the past", () => {
  expect(readSince([], NOW)).toBeNull();
  expect(readSince(["--since", "2026-11-01"], NOW)).toEqual(new Date("2026-11-01T00:00:00Z"));
  expect(readSince(["--since=2026-11-29T11:59:59Z"], NOW)).toEqual(new Date("2026-11-29T11:59:59Z"));
});

it.each([
  [["--since", "yesterday"]],
  [["--since", "2026-13-01"]],
  [["--since", "20261101"]],
  [["--since", "2026-11-29T12:00:01Z"]],
  [["--since"]],
  [["--fast"]],
  [["now"]],
])("%j is invalid", (args) => {
  expect(readSince(args, NOW)).toBeUndefined();
});
