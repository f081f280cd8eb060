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

interface Layer {
  code: string;
  message: string;
  /** The constraint that refused a row, where the driver tells; else empty. */
  constraint: string;
}

/** The codes and messages of an error and of what caused it: drivers and Prisma wrap each other. */
function* layers(error: unknown): Generator<Layer> {
  let current = error as Record<string, unknown> | null | undefined;
  for (let depth = 0; current && typeof current === "object" && depth < 6; depth++) {
    yield layer(current.code, current.message, current.constraint);
    const meta = current.meta as Record<string, unknown> | undefined;
    if (meta) {
      yield layer(meta.code, meta.message, undefined);
      const adapterError = meta.driverAdapterError as { cause?: Record<string, unknown> } | undefined;
      if (adapterError?.cause) yield adapterLayer(adapterError.cause);
    }
    current = current.cause as Record<string, unknown> | undefined;
    if (current) yield adapterLayer(current);
  }
}

/** An error as Prisma's driver adapter describes it. */
function adapterLayer(cause: Record<string, unknown>): Layer {
  const constraint = cause.constraint as { index?: unknown } | undefined;
  return layer(cause.originalCode, cause.originalMessage, constraint?.index);
}

function layer(code: unknown, message: unknown, constraint: unknown): Layer {
  return {
    code: String(code ?? ""),
    message: String(message ?? ""),
    constraint: typeof constraint === "string" ? constraint : "",
  };
}

/** Tells whether an error means that the database is unavailable or busy, so that the request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (isAppError(error) && (error as ServiceUnavailableError).reason === "busy") return true;
  for (const { code, message } of layers(error)) {
    if (UNAVAILABLE_SQLSTATE.test(code) || UNAVAILABLE_SYSTEM.has(code) || UNAVAILABLE_PRISMA.has(code))
      return true;
    if (UNAVAILABLE_MESSAGE.test(message)) return true;
  }
  return false;
}

/** Tells whether a transaction was rolled back because of another one: a deadlock or a serialization failure. */
export function isRetryable(error: unknown): boolean {
  for (const { code } of layers(error)) {
    if (code === "40P01" || code === "40001" || code === "P2034") return true;
  }
  return false;
}

/**
 * Tells whether one of these unique constraints refused a row. The names are required, because any other constraint says
 * nothing about what the caller asks.
 */
export function isDuplicate(error: unknown, constraints: readonly string[]): boolean {
  return constraints.some((name) => isRefusedBy(error, name));
}

/** The unique indexes of idempotency keys. A customer's transfers and holds also share their keys. */
const KEY_CONSTRAINTS = ["ledger_transfer_idempotency", "ledger_hold_idempotency"] as const;

/** The message of our triggers when the key of a transfer belongs to a hold, or the reverse. It names no constraint. */
const KEY_IN_THE_OTHER_TABLE = /^the key .* names a (hold|transfer)$/s;

/** Tells whether the constraint or trigger of idempotency keys refused a row, so that nothing was written. */
export function isKnownKey(error: unknown): boolean {
  if (isDuplicate(error, KEY_CONSTRAINTS)) return true;
  for (const { code, constraint, message } of layers(error)) {
    if (code === "23505" && constraint === "" && KEY_IN_THE_OTHER_TABLE.test(message)) return true;
  }
  return false;
}

function isRefusedBy(error: unknown, name: string): boolean {
  let isUnique = false;
  let isNamed = false;
  for (const { code, constraint, message } of layers(error)) {
    if (code === "23505" || code === "P2002") isUnique = true;
    // Prisma tells the name of a raw statement's constraint only in the server's message, quoted as its language does.
    if (constraint === name || isWordIn(message, name)) isNamed = true;
  }
  return isUnique && isNamed;
}

function isWordIn(message: string, name: string): boolean {
  return message.split(/[^a-z0-9_]+/).includes(name);
}

/** The SQLSTATE with which our triggers refuse an idempotency key that belongs to another kind of request. */
const KEY_TAKEN_SQLSTATE = "BRK01";

/** Tells whether an idempotency key belongs to another kind of request. */
export function isKeyTaken(error: unknown): boolean {
  for (const { code } of layers(error)) {
    if (code === KEY_TAKEN_SQLSTATE) return true;
  }
  return false;
}
