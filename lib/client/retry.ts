import type { BrimError } from "./errors";

/** If the server asks for a longer wait, the call fails instead. */
const MAX_WAIT_MS = 20_000;

const FIRST_WAIT_MS = 500;
const MAX_BACKOFF_MS = 8_000;

const TRANSIENT_STATUSES = [500, 502, 503, 504];

/**
 * Returns how long to wait before the next attempt, or null if there should be none.
 *
 * @param isRepeatable whether repeating the call is safe
 * @param n number of the retry, starting at 1
 * @param random jitter from 0 to 1
 */
export function waitBeforeRetry(
  error: BrimError,
  { isRepeatable, n, random }: { isRepeatable: boolean; n: number; random: number },
): number | null {
  if (!shouldRetry(error, isRepeatable)) return null;
  const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_WAIT_MS * 2 ** (n - 1)) * (0.5 + random / 2);
  const retryAfterMs = (error.retryAfterSeconds ?? 0) * 1_000;
  const waitMs = Math.max(backoffMs, retryAfterMs);
  return waitMs > MAX_WAIT_MS ? null : waitMs;
}

function shouldRetry({ status, retryAfterSeconds }: BrimError, isRepeatable: boolean): boolean {
  if (status === 429) return true; // rejected before anything was done
  if (!isRepeatable) return false;
  if (status === null) return true; // no response
  return TRANSIENT_STATUSES.includes(status) || (status === 409 && retryAfterSeconds !== null);
}

/** Waits. Rejects with the signal's reason if the caller aborts. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
