import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  type RateLimiterRes,
} from "rate-limiter-flexible";
import type { Actor } from "@/lib/auth";
import { pool } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { AppError } from "@/lib/platform/errors";

/** Each is counted by itself. */
export type Bucket =
  | "billing_reads"
  | "billing_writes"
  | "usage"
  | "failed_keys"
  | "sign_in"
  | "sign_in_returns"
  | "mail_recipient"
  | "mail_sender";

/** How a caller stands with a limit. */
export interface LimitState {
  /** Requests a minute. */
  limit: number;
  /** Left in the running minute. */
  remaining: number;
  /** Seconds until the minute is over. */
  resetSeconds: number;
}

/** Too many requests; the same one may be sent again later. */
export class RateLimitedError extends AppError {
  readonly kind = "rate_limited";

  constructor(
    readonly state: LimitState,
    what = "requests in a minute",
  ) {
    super(
      `More than ${state.limit} ${what}. Please try again in ${state.resetSeconds} ${state.resetSeconds === 1 ? "second" : "seconds"}.`,
    );
  }

  override get retryAfterSeconds() {
    return this.state.resetSeconds;
  }
}

/** E-mails are counted by the hour, everything else by the minute. */
function windowSecondsOf(bucket: Bucket): number {
  return isMail(bucket) ? 3_600 : 60;
}

function isMail(bucket: Bucket): boolean {
  return bucket === "mail_recipient" || bucket === "mail_sender";
}

/** On globalThis because this module exists once in Node and once in Next's bundle, and both count the same requests. */
const shared = globalThis as typeof globalThis & { brimLimiters?: Map<Bucket, RateLimiterAbstract> };

/**
 * Counts one request.
 *
 * @param who whose bucket: an API key, a user of a customer, or an address
 * @throws RateLimitedError the minute's requests are used up
 */
export async function countRequest(bucket: Bucket, who: string): Promise<LimitState> {
  const limit = limitOf(bucket);
  try {
    return stateOf(limit, await limiterOf(bucket).consume(who));
  } catch (refused) {
    if (!isRefusal(refused)) throw refused;
    const what = isMail(bucket) ? "e-mails in an hour" : "requests in a minute";
    throw new RateLimitedError(stateOf(limit, refused), what);
  }
}

/** Takes back one request that was counted in advance. */
export async function uncountRequest(bucket: Bucket, who: string): Promise<void> {
  await limiterOf(bucket).reward(who, 1);
}

/** Whose requests are counted together, and in which bucket. */
export function bucketOf(actor: Actor, scope: string, method: string): { bucket: Bucket; who: string } {
  const who = actor.kind === "session" ? `${actor.userId}:${actor.customerId}` : actor.apiKeyId;
  if (scope.startsWith("usage:")) return { bucket: "usage", who };
  return { bucket: method === "GET" ? "billing_reads" : "billing_writes", who };
}

/** A limit as every answer tells it. */
export function limitHeaders(state: LimitState): Record<string, string> {
  return {
    "x-ratelimit-limit": String(state.limit),
    "x-ratelimit-remaining": String(state.remaining),
    "x-ratelimit-reset": String(state.resetSeconds),
  };
}

/** Links and redirects are opened again by mail scanners and by the button that goes back. */
const RETURNS_PER_SIGN_IN = 6;

function limitOf(bucket: Bucket): number {
  const settings = env();
  switch (bucket) {
    case "billing_reads":
      return settings.RATE_LIMIT_READS;
    case "billing_writes":
      return settings.RATE_LIMIT_WRITES;
    case "usage":
      return settings.RATE_LIMIT_USAGE;
    case "failed_keys":
      return settings.RATE_LIMIT_FAILED_KEYS;
    case "sign_in":
      return settings.RATE_LIMIT_SIGN_IN;
    case "sign_in_returns":
      return settings.RATE_LIMIT_SIGN_IN * RETURNS_PER_SIGN_IN;
    case "mail_recipient":
      return settings.RATE_LIMIT_MAIL_RECIPIENT;
    case "mail_sender":
      return settings.RATE_LIMIT_MAIL_SENDER;
  }
}

function limiterOf(bucket: Bucket): RateLimiterAbstract {
  shared.brimLimiters ??= new Map();
  const known = shared.brimLimiters.get(bucket);
  if (known) return known;
  const made = newLimiter(bucket);
  shared.brimLimiters.set(bucket, made);
  return made;
}

function newLimiter(bucket: Bucket): RateLimiterAbstract {
  const options = { keyPrefix: bucket, points: limitOf(bucket), duration: windowSecondsOf(bucket) };
  const inMemory = new RateLimiterMemory(options);
  // Counting what anybody can send must cost less than answering it: so each process counts wrong keys by itself.
  if (env().RATE_LIMIT_STORE === "memory" || bucket === "failed_keys") return inMemory;
  return new RateLimiterPostgres({
    ...options,
    // Without the names that the package gives its statements: a transaction pooler does not know them again.
    storeClient: {
      query: ({ text, values }: { text: string; values: unknown[] }) => pool().query({ text, values }),
    },
    storeType: "pool",
    tableName: "rate_limit_count",
    tableCreated: true, // by a migration
    inMemoryBlockOnConsumed: options.points + 1, // who is over the limit is not asked for again until the minute is over
    insuranceLimiter: inMemory, // a database that does not count must not close the API
  });
}

function stateOf(limit: number, counted: RateLimiterRes): LimitState {
  return {
    limit,
    remaining: counted.remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(counted.msBeforeNext / 1_000)),
  };
}

/** Over the limit, the limiter throws its count and no error. */
function isRefusal(thrown: unknown): thrown is RateLimiterRes {
  return !(thrown instanceof Error) && typeof (thrown as RateLimiterRes)?.msBeforeNext === "number";
}
