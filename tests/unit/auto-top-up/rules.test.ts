import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AutoTopUpTerms,
  type CountedCharge,
  decide,
  type EvaluationFacts,
  obstacleToAttempt,
  type SkipReason,
  usage,
} from "@/lib/auto-top-up";
import { cents, fromCents, nanos } from "@/lib/money";
import { atDepth } from "@/tests/support/depth";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const now = new Date("2026-11-29T12:00:00Z");

const terms: AutoTopUpTerms = {
  threshold: cents(1_000n),
  amount: cents(2_000n),
  monthlyCap: cents(20_000n),
  dailyCap: cents(8_000n),
  dailyCount: 3,
  paymentMethodId: "pm_1",
};

const facts: EvaluationFacts = {
  isEnabled: true,
  isPaused: false,
  terms,
  hasConsent: true,
  hasCard: true,
  isActive: true,
  available: fromCents(cents(999n)),
  isInFlight: false,
  isIdle: false,
  claimedAt: null,
  expectedTotal: null,
  charges: [],
  raised: null,
  cooldownMs: 10 * MINUTE_MS,
};

const earlier = (ms: number, total = 2_000n): CountedCharge => ({
  at: new Date(now.getTime() - ms),
  total: cents(total),
});

describe("an evaluation", () => {
  it("fires below the threshold, and expects at least the amount and what the last invoice came to", () => {
    expect(decide(facts, now)).toEqual({ do: "fire", terms, total: 2_000n });
    expect(decide({ ...facts, expectedTotal: cents(2_380n) }, now)).toMatchObject({ total: 2_380n });
    expect(decide({ ...facts, expectedTotal: cents(1_190n) }, now)).toMatchObject({ total: 2_000n });
  });

  it.each<[SkipReason, Partial<EvaluationFacts>]>([
    ["disabled", { isEnabled: false }],
    ["disabled", { terms: null }],
    ["paused_by_operator", { isPaused: true }],
    ["frozen", { isActive: false }],
    ["above_threshold", { available: fromCents(cents(1_000n)) }],
    ["no_consent", { hasConsent: false }],
    ["no_card", { hasCard: false }],
    ["idle", { isIdle: true }],
    ["in_flight", { isInFlight: true }],
  ])("skips with %s, whose end is unknown", (reason, change) => {
    expect(decide({ ...facts, ...change }, now)).toEqual({ do: "skip", reason, nextAt: null });
  });

  it("waits for the cooldown, to its last millisecond", () => {
    const claimedAt = new Date(now.getTime() - 10 * MINUTE_MS + 1);

    expect(decide({ ...facts, claimedAt }, now)).toEqual({
      do: "skip",
      reason: "cooldown",
      nextAt: new Date(now.getTime() + 1),
    });
    expect(decide({ ...facts, claimedAt }, new Date(now.getTime() + 1)).do).toBe("fire");
  });

  it("counts a month in UTC, and frees the cap with the next one", () => {
    const lastMonth = new Date("2026-10-31T23:59:59.999Z");
    const charges = [{ at: lastMonth, total: cents(19_000n) }, earlier(3 * DAY_MS, 18_000n)];

    expect(decide({ ...facts, charges }, now).do).toBe("fire");
    expect(decide({ ...facts, charges, expectedTotal: cents(2_001n) }, now)).toEqual({
      do: "skip",
      reason: "monthly_cap",
      nextAt: new Date("2026-12-01T00:00:00Z"),
    });
  });

  it("frees the daily cap when enough has left the 24 hours", () => {
    const charges = [earlier(3 * MINUTE_MS, 3_000n), earlier(2 * MINUTE_MS, 3_000n), earlier(DAY_MS, 3_000n)];
    const tight = { ...facts, charges, expectedTotal: cents(2_001n) };

    expect(decide({ ...facts, charges }, now).do).toBe("fire");
    expect(decide(tight, now)).toEqual({
      do: "skip",
      reason: "daily_cap",
      nextAt: new Date(now.getTime() + DAY_MS - 3 * MINUTE_MS),
    });
  });

  it("frees the daily count when the oldest has left the 24 hours, or the customer allows more", () => {
    const charges = [1, 2, 3].map((minutes) => earlier(minutes * MINUTE_MS));

    expect(decide({ ...facts, charges }, now)).toMatchObject({
      reason: "daily_cap",
      nextAt: new Date(now.getTime() + DAY_MS - 3 * MINUTE_MS),
    });
    const raised = { dailyCap: cents(16_000n), dailyCount: 6 };
    expect(decide({ ...facts, charges, raised }, now).do).toBe("fire");
  });

  it("never frees a cap that the total alone exceeds", () => {
    const expectedTotal = cents(8_001n);
    expect(decide({ ...facts, expectedTotal }, now)).toMatchObject({ reason: "daily_cap", nextAt: null });
  });
});

describe("an attempt", () => {
  const order = { amount: cents(2_000n), total: cents(2_380n) };

  it("neither stands in its own way nor waits for its own cooldown", () => {
    expect(obstacleToAttempt({ ...facts, isInFlight: true, claimedAt: now }, order, now)).toBeNull();
  });

  it("needs consent to its own amount", () => {
    const changed = { ...facts, terms: { ...terms, amount: cents(3_000n) } };
    expect(obstacleToAttempt(changed, order, now)?.reason).toBe("no_consent");
  });

  it("obeys the caps with its real total", () => {
    const charges = [earlier(2 * DAY_MS, 17_621n)];
    expect(obstacleToAttempt({ ...facts, charges }, order, now)?.reason).toBe("monthly_cap");
  });
});

/** A month in memory: whoever spends, moves the clock or evaluates twice, the rules hold. */
describe("an adversary in control of spending and the clock", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("wait" as const), minutes: fc.integer({ min: 0, max: 2_000 }) }),
    fc.record({ do: fc.constant("spend" as const), dollars: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ do: fc.constant("evaluate" as const), times: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant("finish" as const), outcome: fc.constantFrom("paid", "failed", "canceled") }),
    fc.record({
      do: fc.constant("toggle" as const),
      what: fc.constantFrom("isEnabled", "hasConsent", "hasCard", "isPaused"),
    }),
    fc.record({ do: fc.constant("change_tax" as const), percent: fc.integer({ min: 0, max: 30 }) }),
  );

  it("never charges above a cap, twice at once, above the threshold, while disabled or without consent", () => {
    const property = fc.property(fc.array(step, { minLength: 20, maxLength: 400 }), (steps) => {
      const month = new SimulatedMonth();
      for (const action of steps) month.take(action);
      month.expectWithinCaps();
    });
    fc.assert(property, { numRuns: atDepth({ ci: 150, deep: 5_000 }) });
  });
});

interface Step {
  do: string;
  minutes?: number;
  dollars?: number;
  times?: number;
  outcome?: string;
  what?: string;
  percent?: number;
}

class SimulatedMonth {
  #now = new Date("2026-11-01T00:00:00Z");
  #state = { ...facts, available: nanos(50_000_000_000n) };
  #taxPercent = 0n;
  #unresolved: CountedCharge | null = null;
  #paid: CountedCharge[] = [];

  take(step: Step): void {
    const state = this.#state;
    if (step.do === "wait") this.#now = new Date(this.#now.getTime() + (step.minutes ?? 0) * MINUTE_MS);
    if (step.do === "spend")
      state.available = nanos(state.available - BigInt(step.dollars ?? 0) * 1_000_000_000n);
    if (step.do === "toggle") {
      const name = step.what as "isEnabled" | "hasConsent" | "hasCard" | "isPaused";
      state[name] = !state[name];
    }
    if (step.do === "change_tax") this.#taxPercent = BigInt(step.percent ?? 0);
    for (let time = 1; time <= (step.times ?? 0); time++) this.#evaluate();
    if (step.do === "finish" && this.#unresolved) this.#finish(step.outcome === "paid");
  }

  #evaluate(): void {
    const decision = decide(this.#facts(), this.#now);
    if (decision.do === "skip") return;
    const state = this.#state;
    expect(this.#unresolved).toBeNull();
    expect(state.isEnabled && state.hasConsent && state.hasCard && !state.isPaused).toBe(true);
    expect(state.available < fromCents(terms.threshold)).toBe(true);
    this.#unresolved = { at: this.#now, total: decision.total };
    state.claimedAt = this.#now;
    state.expectedTotal = cents(terms.amount + (terms.amount * this.#taxPercent) / 100n);
  }

  /** The attempt is checked with the total of its draft, then paid or given up. */
  #finish(isPaid: boolean): void {
    const total = this.#state.expectedTotal ?? terms.amount;
    this.#unresolved = null;
    const obstacle = obstacleToAttempt(this.#facts(), { amount: terms.amount, total }, this.#now);
    if (obstacle || !isPaid) return;
    this.#paid.push({ at: this.#now, total });
    this.#state.available = nanos(this.#state.available + fromCents(terms.amount));
  }

  #facts(): EvaluationFacts {
    const charges = [...this.#paid, ...(this.#unresolved ? [this.#unresolved] : [])];
    return { ...this.#state, charges, isInFlight: this.#unresolved !== null };
  }

  /** Of every window that ends with a charge. */
  expectWithinCaps(): void {
    for (const [index, { at }] of this.#paid.entries()) {
      const used = usage(this.#paid.slice(0, index + 1), at);
      expect(used.month <= terms.monthlyCap).toBe(true);
      expect(used.day <= terms.dailyCap).toBe(true);
      expect(used.dayCount).toBeLessThanOrEqual(terms.dailyCount);
    }
  }
}
