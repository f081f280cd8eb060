import { ServiceUnavailableError } from "@/lib/platform/errors";

/** A request in the queue, with the functions that settle its caller's promise. */
export interface Queued<Request, Result> {
  readonly request: Request;
  /** By the clock of this process, in milliseconds. */
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** The same as the time limit for a connection. */
const MAX_WAIT_MS = 5_000;

/** Bounds the memory that waiting requests take while the database hangs. */
const MAX_LENGTH = 10_000;

/** Which requests belong together, and how many of them may wait at the same time. */
interface GroupLimit<Request> {
  groupOf(request: Request): string;
  maxPerGroup: number;
}

/**
 * Requests that wait in this process for their turn, each for at most five seconds. Nothing is lost when the process dies:
 * a request in the queue was not attempted.
 */
export class RequestQueue<Request, Result> {
  #queued: Queued<Request, Result>[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #limit: GroupLimit<Request> | undefined;
  readonly #lengths = new Map<string, number>();

  /** @param limit keeps one group of requests from filling the queue */
  constructor(limit?: GroupLimit<Request>) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#queued.length;
  }

  /** How many groups have a request in the queue. */
  get groups(): number {
    return this.#lengths.size;
  }

  /**
   * Appends a request.
   *
   * @returns the result, once somebody has dequeued and settled the request
   * @throws ServiceUnavailableError the queue is full, or the request timed out and was never attempted
   */
  enqueue(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#isFull(request)) return reject(queueTimeout());
      this.#queued.push({ request, since: performance.now(), resolve, reject });
      this.#count(request, 1);
      this.#timer ??= setTimeout(() => this.#rejectLate(), MAX_WAIT_MS);
    });
  }

  /**
   * Removes and returns up to `max` requests, oldest first.
   *
   * @param isReady requests for which it is false stay where they are
   */
  dequeue(max: number, isReady: (request: Request) => boolean = () => true): Queued<Request, Result>[] {
    const taken: Queued<Request, Result>[] = [];
    const kept: Queued<Request, Result>[] = [];
    let index = 0;
    for (; index < this.#queued.length && taken.length < max; index++) {
      const queued = this.#queued[index] as Queued<Request, Result>;
      (isReady(queued.request) ? taken : kept).push(queued);
    }
    if (taken.length > 0) this.#queued = kept.concat(this.#queued.slice(index));
    this.#removed(taken);
    return taken;
  }

  /** Rejects requests that timed out in the queue; they were never attempted. */
  #rejectLate(): void {
    this.#stopTimer();
    const now = performance.now();
    const inTime = this.#queued.findIndex(({ since }) => now - since < MAX_WAIT_MS);
    const late = this.#queued.splice(0, inTime === -1 ? this.#queued.length : inTime);
    this.#removed(late);
    for (const { reject } of late) reject(queueTimeout());
    const [oldest] = this.#queued;
    if (oldest) this.#timer = setTimeout(() => this.#rejectLate(), MAX_WAIT_MS - (now - oldest.since));
  }

  #isFull(request: Request): boolean {
    if (this.#queued.length >= MAX_LENGTH) return true;
    if (!this.#limit) return false;
    return (this.#lengths.get(this.#limit.groupOf(request)) ?? 0) >= this.#limit.maxPerGroup;
  }

  #removed(requests: readonly Queued<Request, Result>[]): void {
    for (const { request } of requests) this.#count(request, -1);
    if (this.#queued.length === 0) this.#stopTimer();
  }

  #count(request: Request, change: 1 | -1): void {
    if (!this.#limit) return;
    const group = this.#limit.groupOf(request);
    const length = (this.#lengths.get(group) ?? 0) + change;
    if (length === 0) this.#lengths.delete(group);
    else this.#lengths.set(group, length);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function queueTimeout(): ServiceUnavailableError {
  return new ServiceUnavailableError("Too many requests are waiting at the moment. Please try again.", {
    reason: "busy",
  });
}
