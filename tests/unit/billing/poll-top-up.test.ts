import { describe, expect, it } from "vitest";
import { delayBefore, type PollResult, pollTopUp } from "@/components/billing/poll-top-up";
import type { TopUpState } from "@/components/billing/top-up-message";

const state = (status: TopUpState["status"]): PollResult => ({
  kind: "state",
  topUp: { status, mode: "payment", amount_usd: "25.00", failure: null },
});

async function poll(results: PollResult[], signal = new AbortController().signal) {
  const waits: number[] = [];
  const seen: PollResult[] = [];
  let next = 0;
  const outcome = await pollTopUp({
    read: async () => results[Math.min(next++, results.length - 1)] ?? state("open"),
    wait: async (ms) => {
      waits.push(ms);
    },
    onResult: (result) => seen.push(result),
    signal,
  });
  return { outcome, waits, seen };
}

describe("pollTopUp", () => {
  it("polls immediately, then with growing delays, until the top-up has succeeded", async () => {
    const { outcome, waits, seen } = await poll([state("open"), state("processing"), state("succeeded")]);

    expect(outcome).toBe("final");
    expect(waits).toEqual([1000, 1000]);
    expect(seen).toHaveLength(3);
  });

  it("keeps polling during an outage", async () => {
    const { outcome, seen } = await poll([
      { kind: "unreachable" },
      { kind: "unreachable" },
      state("succeeded"),
    ]);

    expect(outcome).toBe("final");
    expect(seen.at(-1)).toEqual(state("succeeded"));
  });

  it.each(["unknown", "signed_out"] as const)("stops when the result is %s", async (kind) => {
    expect(await poll([{ kind }])).toMatchObject({ outcome: "final", waits: [] });
  });

  it("times out after about two minutes", async () => {
    const { outcome, waits } = await poll([state("open")]);
    const total = waits.reduce((sum, ms) => sum + ms, 0);

    expect(outcome).toBe("timed_out");
    expect(total).toBeGreaterThan(100_000);
    expect(total).toBeLessThanOrEqual(120_000);
  });

  it("reports nothing after it was stopped", async () => {
    const stop = new AbortController();
    stop.abort();

    expect(await poll([state("succeeded")], stop.signal)).toMatchObject({ outcome: "stopped", seen: [] });
  });
});

describe("delayBefore", () => {
  it("asks on arrival and after 2, 5 and 10 seconds, as the API asks Stripe, then every five seconds", () => {
    const times = [0];
    for (let n = 1; n <= 8; n++) times.push((times.at(-1) ?? 0) + delayBefore(n));

    expect(times).toEqual([0, 1_000, 2_000, 3_500, 5_000, 7_500, 10_000, 15_000, 20_000]);
  });
});
