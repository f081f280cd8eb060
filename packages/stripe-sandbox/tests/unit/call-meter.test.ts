import fc from "fast-check";
import { expect, it } from "vitest";
import { CallMeter } from "../../src/api/call-meter";

const aCall = fc.record({
  afterMs: fc.integer({ min: 0, max: 300 }),
  endpoint: fc.constantFrom("a", "b", "c"),
});

it("never allows more than the limits in any second, and rejects only above them", () => {
  fc.assert(
    fc.property(
      fc.array(aCall, { maxLength: 200 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 9 }),
      (calls, perEndpoint, total) => {
        let now = 0;
        const meter = new CallMeter({ per_endpoint: perEndpoint, total }, () => now);
        const allowed: { at: number; endpoint: string }[] = [];
        for (const { afterMs, endpoint } of calls) {
          now += afterMs;
          const recent = allowed.filter(({ at }) => at > now - 1_000);
          const own = recent.filter((call) => call.endpoint === endpoint);
          const fits = own.length < perEndpoint && recent.length < total;
          expect(meter.take(endpoint) === undefined).toBe(fits);
          if (fits) allowed.push({ at: now, endpoint });
        }
        const report = meter.report();
        expect(report.total.calls).toBe(calls.length);
        expect(report.total.rejected).toBe(calls.length - allowed.length);
        expect(report.total.busiest_second).toBeLessThanOrEqual(total);
      },
    ),
  );
});
