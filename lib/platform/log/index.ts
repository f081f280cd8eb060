import pino, { type Logger } from "pino";
import { env } from "@/lib/platform/env";

const shared = globalThis as typeof globalThis & { brimLog?: Logger };

/** The structured log: ids, never secrets or card data. */
export function log(): Logger {
  shared.brimLog ??= pino({
    level: env().LOG_LEVEL,
    base: null,
    redact: { paths: ["secret", "*.secret", "authorization", "*.authorization", "cookie"], remove: true },
  });
  return shared.brimLog;
}
