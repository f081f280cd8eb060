import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseBusyError } from "@/lib/platform/errors";
import { isRetryable } from "./failures";

/** For so long a statement or transaction is repeated; whoever sent the request waits for no longer than that. */
const REPEAT_DEADLINE_MS = 10_000;

/** The pause doubles up to this, so that many on one row do not all come back together. */
const MAX_PAUSE_MS = 250;

/**
 * Runs `work` and repeats it when the database undid it only because of another transaction (a deadlock or a serialization
 * failure), after a random pause, until the deadline. So `work` must be atomic and repeatable.
 *
 * @throws DatabaseBusyError it was still undone at the deadline; nothing was written
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
