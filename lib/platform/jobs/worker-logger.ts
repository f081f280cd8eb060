import { Logger } from "graphile-worker";
import { log } from "@/lib/platform/log";

/** The job queue's own messages in our log. */
export function workerLogger(): Logger {
  return new Logger(() => (level, message) => {
    const write = level === "error" ? "error" : level === "warning" ? "warn" : "debug";
    log()[write]({ queue: true }, message);
  });
}

/** The same, but without a line for each failed try: `tasks.ts` reports a task that fails once. */
export function quietWorkerLogger(): Logger {
  return new Logger(() => (level, message) => {
    const isFailedTry = message.startsWith("Failed task");
    const write = isFailedTry || level !== "error" ? "debug" : "error";
    log()[write]({ queue: true }, message);
  });
}
