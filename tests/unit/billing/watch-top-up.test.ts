import { describe, expect, it } from "vitest";
import type { TopUpState } from "@/components/billing/top-up-state";
import { delayBefore, type Reading, watchTopUp } from "@/components/billing/watch-top-up";

const state = (status: TopUpState["status"]): Reading => ({
  kind: "state",
  topUp: { status, mode: "payment", amount_usd: "25.00", failure: null },
});

async function watch(readings: Reading[], signal = new AbortController().signal) {
  const waits: number[] = [];
  const seen: Reading[] = [];
  let next = 0;
  const end = await watchTopUp({
    read: async () => readings[Math.min(next++, readings.length - 1)] ?? state("open"),
    wait: async (ms) => {
      waits.push(ms);
    },
    onReading: (reading) => seen.push(reading),
    signal,
  });
  return { end, waits, seen };
}

describe("watchTopUp", () => {
  it("looks at once, then less and less often, until the credit is there", async () => {
    const { end, waits, seen } = await watch([state("open"), state("processing"), state("succeeded")]);

    expect(end).toBe("final");
    expect(waits).toEqual([1000, 1500]);
    expect(seen).toHaveLength(3);
  });

  it("goes on through an outage", async () => {
    const { end, seen } = await watch([{ kind: "unreachable" }, { kind: "unreachable" }, state("succeeded")]);

    expect(end).toBe("final");
    expect(seen.at(-1)).toEqual(state("succeeded"));
  });

  it.each(["unknown", "signed_out"] as const)("stops when the answer is %s", async (kind) => {
    expect(await watch([{ kind }])).toMatchObject({ end: "final", waits: [] });
  });

  it("gives up after about two minutes of waiting", async () => {
    const { end, waits } = await watch([state("open")]);
    const total = waits.reduce((sum, ms) => sum + ms, 0);

    expect(end).toBe("gave_up");
    expect(total).toBeGreaterThan(100_000);
    expect(total).toBeLessThanOrEqual(120_000);
  });

  it("tells nothing any more once it was stopped", async () => {
    const stop = new AbortController();
    stop.abort();

    expect(await watch([state("succeeded")], stop.signal)).toMatchObject({ end: "stopped", seen: [] });
  });
});

describe("delayBefore", () => {
  it("grows from one second to five and no further", () => {
    expect([1, 2, 3, 4, 5, 6].map(delayBefore)).toEqual([1000, 1500, 2250, 3375, 5000, 5000]);
  });
});
