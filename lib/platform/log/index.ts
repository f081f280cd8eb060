import pino, { type DestinationStream, type Logger } from "pino";
import { env } from "@/lib/platform/env";

const shared = globalThis as typeof globalThis & { brimLog?: Logger };

/** The structured log: ids, never secrets or card data. */
export function log(): Logger {
  shared.brimLog ??= pino(
    {
      level: env().LOG_LEVEL,
      base: null,
      redact: { paths: ["secret", "*.secret", "authorization", "*.authorization", "cookie"], remove: true },
    },
    gathered(),
  );
  return shared.brimLog;
}

const GATHER_BYTES = 4_096;
const GATHER_MS = 100;

/** Pino's number for it. */
const WARNING = 40;

/**
 * Standard output, written some lines at a time: a write for each request would be a tenth of what a charge costs. Whatever
 * is a warning or worse is written at once, with all before it. A process that is killed loses at most a tenth of a second
 * of lines about requests that went well.
 */
function gathered(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: GATHER_BYTES, periodicFlush: GATHER_MS });
  process.once("exit", () => output.flushSync());
  return {
    [pino.symbols.needsMetadataGsym]: true, // pino then tells the level of each line
    lastLevel: 0,
    write(line: string) {
      output.write(line);
      if (this.lastLevel >= WARNING) output.flushSync();
    },
  } as DestinationStream & { lastLevel: number };
}
