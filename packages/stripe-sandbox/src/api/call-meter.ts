/** Calls allowed in any second; null for no limit. */
export interface RateLimits {
  per_endpoint: number | null;
  total: number | null;
}

/** Stripe's limits of a live account and of its test mode. @see https://docs.stripe.com/rate-limits */
export const RATE_LIMITS = {
  off: { per_endpoint: null, total: null },
  live: { per_endpoint: 25, total: 100 },
  test: { per_endpoint: 25, total: 25 },
} as const satisfies Record<string, RateLimits>;

export type RateLimitMode = keyof typeof RATE_LIMITS;

/** The value of `Stripe-Rate-Limited-Reason`. */
export type RateLimitReason = "endpoint-rate" | "global-rate";

const WINDOW_MS = 1_000;

/** Counts the API's calls in real time, and rejects those above the limits. In memory only: a restart clears it. */
export class CallMeter {
  #limits: RateLimits;
  #sinceMs: number;
  readonly #total = new Window();
  readonly #endpoints = new Map<string, Window>();

  constructor(
    limits: RateLimits = RATE_LIMITS.off,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#limits = limits;
    this.#sinceMs = nowMs();
  }

  get limits(): RateLimits {
    return this.#limits;
  }

  setLimits(limits: RateLimits): void {
    this.#limits = limits;
  }

  /**
   * Counts a call. A rejected call does not use up the limit.
   *
   * @param endpoint the operation, such as `GET /v1/events`
   * @returns why the call is rejected; undefined if it is allowed
   */
  take(endpoint: string): RateLimitReason | undefined {
    const now = this.nowMs();
    const own = this.#endpoints.get(endpoint) ?? new Window();
    this.#endpoints.set(endpoint, own);
    const reason = own.isFull(now, this.#limits.per_endpoint)
      ? "endpoint-rate"
      : this.#total.isFull(now, this.#limits.total)
        ? "global-rate"
        : undefined;
    for (const window of [own, this.#total]) window.count(now, reason !== undefined);
    return reason;
  }

  reset(): void {
    this.#sinceMs = this.nowMs();
    this.#endpoints.clear();
    this.#total.clear();
  }

  /** Returns what was counted since the last reset, the most called endpoints first. */
  report() {
    const endpoints = [...this.#endpoints].sort(([, a], [, b]) => b.calls - a.calls);
    return {
      limits: this.#limits,
      seconds: (this.nowMs() - this.#sinceMs) / 1000,
      total: this.#total.report(),
      endpoints: Object.fromEntries(endpoints.map(([name, window]) => [name, window.report()])),
    };
  }
}

/** The calls of the last second and the counts since the last reset. */
class Window {
  #times: number[] = [];
  #rejected = 0;
  #busiest = 0;
  calls = 0;

  isFull(now: number, limit: number | null): boolean {
    while (this.#times[0] !== undefined && this.#times[0] <= now - WINDOW_MS) this.#times.shift();
    return limit !== null && this.#times.length >= limit;
  }

  count(now: number, isRejected: boolean): void {
    this.calls += 1;
    if (isRejected) this.#rejected += 1;
    else this.#times.push(now);
    this.#busiest = Math.max(this.#busiest, this.#times.length);
  }

  clear(): void {
    this.#times = [];
    this.#rejected = 0;
    this.#busiest = 0;
    this.calls = 0;
  }

  report() {
    return { calls: this.calls, rejected: this.#rejected, busiest_second: this.#busiest };
  }
}
