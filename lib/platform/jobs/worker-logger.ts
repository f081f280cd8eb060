import { Logger } from "graphile-worker";
import { log } from "@/lib/platform/log";

/** Writes graphile-worker's messages to our log. */
export function workerLogger(): Logger {
  return new Logger(() => (level, message) => {
    const write = level === "error" ? "error" : level === "warning" ? "warn" : "debug";
    log()[write]({ queue: true }, message);
  });
}

/** The same without failed tries, which `tasks.ts` logs. */
export function quietWorkerLogger(): Logger {
  return new Logger(() => (level, message) => {
    const isFailedTry = message.startsWith("Failed task");
    const write = isFailedTry || level !== "error" ? "debug" : "error";
    log()[write]({ queue: true }, message);
  });
}
