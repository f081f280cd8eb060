export interface Fault {
  /** `path` is exact, or a prefix when it ends with `*`. Leaving a field out matches everything. */
  match: { method?: string; path?: string };
  status?: 500 | 429 | 409;
  /** How many requests it hits. */
  times: number;
  /**
   * `before`: nothing happens; `after_commit`: the work is done and remembered, only the answer is lost;
   * `remembered`: no work is done, and the failure itself is what the idempotency key answers from now on.
   */
  when: "before" | "after_commit" | "remembered";
  /** Cuts the connection instead of answering. */
  reset?: boolean;
  delayMs?: number;
  /** Sends `Stripe-Should-Retry` with this value. */
  shouldRetry?: boolean;
}

/** Faults waiting to hit API requests. In memory only: a restarted sandbox is well again. */
export class FaultList {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push({ ...fault });
  }

  clear(): void {
    this.#faults = [];
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** Uses up one hit of the first fault that fits this request. */
  take(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find(({ match }) => fits(match, method, path));
    if (!fault) return undefined;
    fault.times -= 1;
    this.#faults = this.#faults.filter((candidate) => candidate.times > 0);
    return fault;
  }
}

function fits(match: Fault["match"], method: string, path: string): boolean {
  if (match.method && match.method.toUpperCase() !== method) return false;
  if (!match.path) return true;
  return match.path.endsWith("*") ? path.startsWith(match.path.slice(0, -1)) : path === match.path;
}
