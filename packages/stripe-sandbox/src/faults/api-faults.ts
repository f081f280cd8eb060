import { currentRandom } from "../store/random";

export interface Fault {
  /** `path` is exact, or a prefix when it ends with `*`. Leaving a field out matches everything. */
  match: { method?: string; path?: string };
  /** 400: Stripe Tax is not active. 401: the key is not valid. 403: the restricted key lacks a permission. */
  status?: 500 | 429 | 409 | 403 | 401 | 400;
  /** Which 429: an object that is locked (the default), or too many requests. Which 401: a key that has expired. */
  code?: "lock_timeout" | "rate_limit" | "api_key_expired";
  /** 1 hits every request that matches, 0.1 every tenth; drawn from the sandbox's seed when it has one. */
  chance: number;
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
    const fault = this.#faults.find(({ match, chance }) => fits(match, method, path) && passesChance(chance));
    if (!fault) return undefined;
    fault.times -= 1;
    this.#faults = this.#faults.filter((candidate) => candidate.times > 0);
    return fault;
  }
}

function passesChance(chance: number): boolean {
  return chance >= 1 || currentRandom().fraction() < chance;
}

function fits(match: Fault["match"], method: string, path: string): boolean {
  if (match.method && match.method.toUpperCase() !== method) return false;
  if (!match.path) return true;
  return match.path.endsWith("*") ? path.startsWith(match.path.slice(0, -1)) : path === match.path;
}
