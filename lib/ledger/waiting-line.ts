import { performance } from "node:perf_hooks";
import { ServiceUnavailableError } from "@/lib/platform/errors";

/** A request that waits for its turn, and how its caller hears of it. */
export interface Waiting<Request, Result> {
  readonly request: Request;
  /** By the clock of this process, in milliseconds. */
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** As long as for a connection: behind a database that hangs, those who wait must not become ever more. */
const MAX_WAIT_MS = 5_000;

/**
 * Requests that wait in this process until those before them are done. It holds nothing but requests that are still
 * unanswered: a process that dies takes no money with it.
 */
export class WaitingLine<Request, Result> {
  readonly #waiting: Waiting<Request, Result>[] = [];

  /** How many wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Puts a request at the end.
   *
   * @returns what becomes of it
   * @throws ServiceUnavailableError those before took too long; nothing was tried
   */
  join(request: Request): Promise<Result> {
    this.#sendAwayLate();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, since: performance.now(), resolve, reject });
    });
  }

  /** Takes up to so many out of the line, those who came first. */
  takeNext(max: number): Waiting<Request, Result>[] {
    this.#sendAwayLate();
    return this.#waiting.splice(0, max);
  }

  /** Who has waited for too long is sent away: nothing of theirs was tried. */
  #sendAwayLate(): void {
    const now = performance.now();
    const inTime = this.#waiting.findIndex(({ since }) => now - since <= MAX_WAIT_MS);
    for (const { reject } of this.#waiting.splice(0, inTime === -1 ? this.#waiting.length : inTime)) {
      reject(
        new ServiceUnavailableError("Charges are waiting for too long at the moment. Please try again."),
      );
    }
  }
}
