import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketsOf, COST_PERIODS, type CostPeriod, wholeBucketsOf } from "@/lib/usage/report/buckets";
import { usageSpan } from "@/lib/usage/report/range";

const at = (text: string) => new Date(text);
const PERIODS = Object.keys(COST_PERIODS) as CostPeriod[];

describe("the buckets of a period", () => {
  it.each([
    ["hour", 60, "2026-03-01T11:00:00.000Z", "2026-03-01T11:59:00.000Z"],
    ["day", 24, "2026-02-28T12:00:00.000Z", "2026-03-01T11:00:00.000Z"],
    ["week", 7, "2026-02-23T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
    ["month", 30, "2026-01-31T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
  ] as const)("of a %s are %i and end with the current one", (period, count, first, last) => {
    const buckets = bucketsOf(period, at("2026-03-01T11:59:59.999Z"));

    expect(buckets).toHaveLength(count);
    expect(buckets[0]?.toISOString()).toBe(first);
    expect(buckets.at(-1)?.toISOString()).toBe(last);
  });

  it("advance at the first instant of a bucket, not before", () => {
    for (const period of PERIODS) {
      const [before, after] = ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"].map((text) =>
        bucketsOf(period, at(text)),
      );

      expect(after?.slice(0, -1)).toEqual(before?.slice(1));
    }
  });
});

const instants = fc.date({
  min: at("2024-01-01T00:00:00Z"),
  max: at("2028-01-01T00:00:00Z"),
  noInvalidDate: true,
});

it.each([
  ["hour", 3_600_000],
  ["day", 86_400_000],
] as const)("covers every whole %s within a span, and nothing else", (bucket, size) => {
  fc.assert(
    fc.property(instants, instants, (one, other) => {
      fc.pre(Math.abs(one.getTime() - other.getTime()) > 60_000);
      const [from, to] = one < other ? [one, other] : [other, one];
      const span = usageSpan(
        { from, to: new Date(Math.min(to.getTime(), from.getTime() + 366 * 86_400_000)) },
        to,
      );
      const numbers = (edge: Date) => edge.getTime() / size;
      const count = Math.max(0, Math.floor(numbers(span.to)) - Math.ceil(numbers(span.from)));

      const whole = wholeBucketsOf(bucket, span);

      expect(whole.from >= span.from && whole.to <= span.to).toBe(true);
      expect(numbers(whole.to) - numbers(whole.from)).toBe(count);
      if (count > 0) expect(Number.isInteger(numbers(whole.from))).toBe(true);
      else expect(whole.to).toEqual(span.to);
    }),
  );
});

describe("the span of usage", () => {
  it("is the current UTC month to date by default, including the current minute", () => {
    expect(usageSpan({}, at("2026-11-22T16:10:30Z"))).toEqual({
      from: at("2026-11-01T00:00:00Z"),
      to: at("2026-11-22T16:11:00Z"),
    });
  });

  it("stays in the month until its last minute, and starts over in the next month", () => {
    expect(usageSpan({}, at("2026-11-30T23:59:30Z")).from).toEqual(at("2026-11-01T00:00:00Z"));
    expect(usageSpan({}, at("2026-12-01T00:00:00Z")).from).toEqual(at("2026-12-01T00:00:00Z"));
  });

  it("is rounded down to whole minutes at both ends", () => {
    const asked = { from: at("2026-11-01T10:00:59.999Z"), to: at("2026-11-01T10:02:59.999Z") };

    expect(usageSpan(asked, new Date())).toEqual({
      from: at("2026-11-01T10:00:00Z"),
      to: at("2026-11-01T10:02:00Z"),
    });
  });

  it("accepts 366 days and rejects a minute more, naming `from`", () => {
    const to = at("2026-11-01T00:00:00Z");

    expect(usageSpan({ from: at("2025-10-31T00:00:00Z"), to }, to).to).toEqual(to);
    expect(() => usageSpan({ from: at("2025-10-30T23:59:00Z"), to }, to)).toThrow(
      "from: Ask for at most 366 days",
    );
  });

  it.each([
    ["backwards", "2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z"],
    ["empty", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"],
    ["within one minute", "2026-11-01T00:00:10Z", "2026-11-01T00:00:50Z"],
  ])("rejects one that is %s, naming `to`", (_what, from, to) => {
    expect(() => usageSpan({ from: at(from), to: at(to) }, new Date())).toThrow("to: ");
  });

  it("rejects a start in the future without an end, naming `from`", () => {
    expect(() => usageSpan({ from: at("2027-01-01T00:00:00Z") }, at("2026-11-22T00:00:00Z"))).toThrow(
      "from: ",
    );
  });
});
