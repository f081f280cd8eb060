import type { BrimError } from "./errors";

/** Nobody wants to wait longer than this for one more try. */
const MAX_WAIT_MS = 20_000;

const FIRST_WAIT_MS = 500;
const MAX_BACKOFF_MS = 8_000;

/** Answers after which the same request may succeed. */
const PASSING = [500, 502, 503, 504];

/**
 * How long to wait before the next try, or null when there should be none.
 *
 * @param isRepeatable whether the call does nothing a second time that it has done already
 * @param n which try would come next: 1 is the first repetition
 * @param random from 0 up to 1
 */
export function waitBeforeRetry(
  error: BrimError,
  { isRepeatable, n, random }: { isRepeatable: boolean; n: number; random: number },
): number | null {
  if (!mayPass(error, isRepeatable)) return null;
  const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_WAIT_MS * 2 ** (n - 1)) * (0.5 + random / 2);
  const askedMs = (error.retryAfterSeconds ?? 0) * 1_000;
  const waitMs = Math.max(backoffMs, askedMs);
  return waitMs > MAX_WAIT_MS ? null : waitMs;
}

function mayPass({ status, retryAfterSeconds }: BrimError, isRepeatable: boolean): boolean {
  if (status === 429) return true; // it was turned away before anything was done
  if (!isRepeatable) return false;
  if (status === null) return true; // no answer: it may have been carried out
  return PASSING.includes(status) || (status === 409 && retryAfterSeconds !== null);
}

/** Waits, unless the caller gives up. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }, ms);
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}
