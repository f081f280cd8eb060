import { isAppError, type ServiceUnavailableError } from "@/lib/platform/errors";

/**
 * Server codes that mean "not now": connection failures (08), shutdown and start-up (57P), too many clients, out of memory,
 * a server that only reads since a failover (25006).
 */
const UNAVAILABLE_SQLSTATE = /^(08...|57P0[1-5]|53[0-4]00|55P03|57014|25P0[34]|25006)$/;

const UNAVAILABLE_SYSTEM = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);

/** Prisma's own codes: cannot reach, timed out, connection closed, no connection from the pool, transaction not started in time. */
const UNAVAILABLE_PRISMA = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2037"]);

const UNAVAILABLE_MESSAGE =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|Unable to start a transaction in the given time|on an expired transaction|Can't reach database server|Server has closed the connection|not queryable|not currently accepting connections|the database system is|Cannot use a pool after calling end/i;

/** The codes and messages of an error and of what caused it: drivers and Prisma wrap each other. */
function* layers(error: unknown): Generator<{ code: string; message: string }> {
  let current = error as Record<string, unknown> | null | undefined;
  for (let depth = 0; current && typeof current === "object" && depth < 6; depth++) {
    yield { code: String(current.code ?? ""), message: String(current.message ?? "") };
    const meta = current.meta as Record<string, unknown> | undefined;
    if (meta) {
      yield { code: String(meta.code ?? ""), message: String(meta.message ?? "") };
      const adapterError = meta.driverAdapterError as { cause?: Record<string, unknown> } | undefined;
      if (adapterError?.cause) {
        yield {
          code: String(adapterError.cause.originalCode ?? ""),
          message: String(adapterError.cause.originalMessage ?? ""),
        };
      }
    }
    current = current.cause as Record<string, unknown> | undefined;
    if (current)
      yield { code: String(current.originalCode ?? ""), message: String(current.originalMessage ?? "") };
  }
}

/** Whether an error says that the database is away or too busy, so that the same request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (isAppError(error) && (error as ServiceUnavailableError).reason === "busy") return true;
  for (const { code, message } of layers(error)) {
    if (UNAVAILABLE_SQLSTATE.test(code) || UNAVAILABLE_SYSTEM.has(code) || UNAVAILABLE_PRISMA.has(code))
      return true;
    if (UNAVAILABLE_MESSAGE.test(message)) return true;
  }
  return false;
}

/** Whether the database undid a transaction only because of another one: a deadlock or a serialization failure. */
export function isRetryable(error: unknown): boolean {
  for (const { code } of layers(error)) {
    if (code === "40P01" || code === "40001" || code === "P2034") return true;
  }
  return false;
}

/** Whether a unique key refused a row. */
export function isDuplicate(error: unknown): boolean {
  for (const { code } of layers(error)) {
    if (code === "23505" || code === "P2002") return true;
  }
  return false;
}

/** The SQLSTATE with which our triggers refuse an idempotency key that names an effect of another kind. */
const KEY_TAKEN_SQLSTATE = "BRK01";

/** Whether an idempotency key names something else already. */
export function isKeyTaken(error: unknown): boolean {
  for (const { code } of layers(error)) {
    if (code === KEY_TAKEN_SQLSTATE) return true;
  }
  return false;
}
