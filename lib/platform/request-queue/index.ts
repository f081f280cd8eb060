import { ServiceUnavailableError } from "@/lib/platform/errors";

/** A request in the queue, and how its caller learns of the result. */
export interface Queued<Request, Result> {
  readonly request: Request;
  /** By the clock of this process, in milliseconds. */
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** As long as for a connection. */
const MAX_WAIT_MS = 5_000;

/** Behind a database that hangs, the requests that wait must not become ever more. */
const MAX_LENGTH = 10_000;

/**
 * Requests that wait in this process until those before them are done, each for five seconds at most. It holds nothing but
 * requests that are still unanswered: a process that dies takes no money with it.
 */
export class RequestQueue<Request, Result> {
  readonly #queued: Queued<Request, Result>[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** How many wait. */
  get length(): number {
    return this.#queued.length;
  }

  /**
   * Puts a request at the end.
   *
   * @returns what becomes of it
   * @throws ServiceUnavailableError it waited for too long, or too many wait; nothing was tried
   */
  enqueue(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#queued.length >= MAX_LENGTH) return reject(waitedTooLong());
      this.#queued.push({ request, since: performance.now(), resolve, reject });
      this.#timer ??= setTimeout(() => this.#rejectLate(), MAX_WAIT_MS);
    });
  }

  /** Takes up to so many out of the queue, the oldest first. */
  dequeue(max: number): Queued<Request, Result>[] {
    const taken = this.#queued.splice(0, max);
    if (this.#queued.length === 0) this.#stopTimer();
    return taken;
  }

  /** Rejects requests that timed out in the queue; they were never attempted. */
  #rejectLate(): void {
    this.#stopTimer();
    const now = performance.now();
    const inTime = this.#queued.findIndex(({ since }) => now - since < MAX_WAIT_MS);
    for (const { reject } of this.#queued.splice(0, inTime === -1 ? this.#queued.length : inTime)) {
      reject(waitedTooLong());
    }
    const [oldest] = this.#queued;
    if (oldest) this.#timer = setTimeout(() => this.#rejectLate(), MAX_WAIT_MS - (now - oldest.since));
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function waitedTooLong(): ServiceUnavailableError {
  return new ServiceUnavailableError("Too many requests are waiting at the moment. Please try again.", {
    reason: "busy",
  });
}
