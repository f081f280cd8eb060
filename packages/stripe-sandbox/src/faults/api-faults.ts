import { currentRandom } from "../store/random";

export interface Fault {
  /** `path` is exact, or a prefix if it ends with `*`. An omitted field matches everything. */
  match: { method?: string; path?: string };
  /** 400: Stripe Tax is not active. 401: invalid key. 403: the restricted key lacks a permission. */
  status?: 500 | 429 | 409 | 403 | 401 | 400;
  /** Selects the 429: a locked object (the default) or too many requests. Selects the 401: an expired key. */
  code?: "lock_timeout" | "rate_limit" | "api_key_expired";
  /** Probability from 0 to 1 that a matching request is affected; follows the sandbox's seed if it has one. */
  chance: number;
  /** How many requests it affects. */
  times: number;
  /**
   * `before`: nothing happens; `after_commit`: the work is committed and only the response is lost;
   * `remembered`: no work is done, and the idempotency key replays the failure from then on.
   */
  when: "before" | "after_commit" | "remembered";
  /** Cuts the connection instead of responding. */
  reset?: boolean;
  delayMs?: number;
  /** Sends `Stripe-Should-Retry` with this value. */
  shouldRetry?: boolean;
}

/** Faults of API requests. In memory only: a restart clears them. */
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

  /** Returns the first fault that matches this request and passes its chance, and counts it down. */
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
