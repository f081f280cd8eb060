import pino, { type DestinationStream, type Logger } from "pino";
import { env } from "@/lib/platform/env";

const shared = globalThis as typeof globalThis & { brimLog?: Logger };

/** The message of an error can repeat what a caller sent, so it is truncated. */
const MAX_MESSAGE = 1_000;
const MAX_STACK = 8_000;

function truncatedError(error: unknown): unknown {
  const serialized = pino.stdSerializers.err(error as Error) as { message?: unknown; stack?: unknown };
  if (typeof serialized?.message === "string") serialized.message = serialized.message.slice(0, MAX_MESSAGE);
  if (typeof serialized?.stack === "string") serialized.stack = serialized.stack.slice(0, MAX_STACK);
  return serialized;
}

const SECRETS = ["secret", "*.secret", "authorization", "*.authorization", "cookie"];

/** Returns the structured log. Write ids to it, never secrets or card data. */
export function log(): Logger {
  shared.brimLog ??= pino(
    {
      level: env().LOG_LEVEL,
      base: null,
      serializers: { err: truncatedError },
      redact: { paths: SECRETS, remove: true },
    },
    bufferedOutput(),
  );
  return shared.brimLog;
}

const BUFFER_BYTES = 4_096;
const FLUSH_INTERVAL_MS = 100;

/** Pino's level number. */
const WARNING = 40;

/**
 * Buffers lines to standard output, because a write for each request costs a tenth of a charge. Warnings and errors are
 * written at once, together with everything before them. A killed process loses at most 100 ms of `info` lines.
 */
function bufferedOutput(): DestinationStream {
  const output = pino.destination({
    dest: 1,
    sync: true,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_INTERVAL_MS,
  });
  let isFlushedAtExit = false;
  return {
    [pino.symbols.needsMetadataGsym]: true, // makes pino set `lastLevel`
    lastLevel: 0,
    write(line: string) {
      if (!isFlushedAtExit) process.once("exit", () => output.flushSync());
      isFlushedAtExit = true;
      output.write(line);
      if (this.lastLevel >= WARNING) output.flushSync();
    },
  } as DestinationStream & { lastLevel: number };
}
