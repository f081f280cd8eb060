import pino, { type DestinationStream, type Logger } from "pino";
import { env } from "@/lib/platform/env";

const shared = globalThis as typeof globalThis & { brimLogs?: { careful: Logger; plain: Logger } };

/** A message of an error can repeat what a caller sent, so no more of it is kept than tells what happened. */
const MAX_MESSAGE = 1_000;
const MAX_STACK = 8_000;

function boundedError(error: unknown): unknown {
  const serialized = pino.stdSerializers.err(error as Error) as { message?: unknown; stack?: unknown };
  if (typeof serialized?.message === "string") serialized.message = serialized.message.slice(0, MAX_MESSAGE);
  if (typeof serialized?.stack === "string") serialized.stack = serialized.stack.slice(0, MAX_STACK);
  return serialized;
}

const SECRETS = ["secret", "*.secret", "authorization", "*.authorization", "cookie"];

/** The structured log: ids, never secrets or card data. */
export function log(): Logger {
  return logs().careful;
}

/**
 * The log for the line of each request. Nobody looks for secrets in it, which takes most of the time of a line: so whoever
 * writes to it names each field, and none may come from outside but the path.
 */
export function requestLog(): Logger {
  return logs().plain;
}

function logs() {
  if (!shared.brimLogs) {
    const options = { level: env().LOG_LEVEL, base: null, serializers: { err: boundedError } };
    const output = gathered();
    shared.brimLogs = {
      careful: pino({ ...options, redact: { paths: SECRETS, remove: true } }, output),
      plain: pino(options, output),
    };
  }
  return shared.brimLogs;
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
  let isFlushedAtExit = false;
  return {
    [pino.symbols.needsMetadataGsym]: true, // pino then tells the level of each line
    lastLevel: 0,
    write(line: string) {
      if (!isFlushedAtExit) process.once("exit", () => output.flushSync());
      isFlushedAtExit = true;
      output.write(line);
      if (this.lastLevel >= WARNING) output.flushSync();
    },
  } as DestinationStream & { lastLevel: number };
}
