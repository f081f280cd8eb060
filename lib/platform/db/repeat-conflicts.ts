import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseBusyError } from "@/lib/platform/errors";
import { isRetryable } from "./failures";

/** How long a statement or transaction is retried. Callers do not wait longer than that. */
const REPEAT_DEADLINE_MS = 10_000;

/** The pause doubles up to this, so that many retries on one row spread out. */
const MAX_PAUSE_MS = 250;

/**
 * Runs `work` and retries it after a random pause when it was rolled back because of another transaction (a deadlock or a
 * serialization failure), until the deadline. So `work` must be atomic and repeatable.
 *
 * @throws DatabaseBusyError it was still rolled back at the deadline; nothing was written
 */
export async function repeatConflicts<T>(
  work: () => Promise<T>,
  { deadlineMs = REPEAT_DEADLINE_MS }: { deadlineMs?: number } = {},
): Promise<T> {
  const deadlineAt = performance.now() + deadlineMs;
  for (let maxPauseMs = 4; ; maxPauseMs = Math.min(maxPauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      const pauseMs = Math.random() * maxPauseMs;
      if (performance.now() + pauseMs >= deadlineAt) throw new DatabaseBusyError({ cause: error });
      await sleep(pauseMs);
    }
  }
}
