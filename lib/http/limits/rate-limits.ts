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

/** Each bucket has its own limit and counts. */
export type Bucket =
  | "billing_reads"
  | "billing_writes"
  | "usage"
  | "failed_keys"
  | "sign_in"
  | "sign_in_returns"
  | "mail_recipient"
  | "mail_sender";

/** The state of a caller's limit. */
export interface LimitState {
  /** Requests a minute. */
  limit: number;
  /** Requests left in the current minute. */
  remaining: number;
  /** Seconds until the minute ends. */
  resetSeconds: number;
}

export class RateLimitedError extends AppError {
  readonly kind = "rate_limited";

  constructor(
    readonly state: LimitState,
    unit = "requests per minute",
  ) {
    const seconds = state.resetSeconds === 1 ? "second" : "seconds";
    super(`Rate limit of ${state.limit} ${unit} exceeded. Try again in ${state.resetSeconds} ${seconds}.`);
  }

  override get retryAfterSeconds() {
    return this.state.resetSeconds;
  }
}

/** Emails are counted per hour, everything else per minute. */
function windowSecondsOf(bucket: Bucket): number {
  return isMail(bucket) ? 3_600 : 60;
}

function isMail(bucket: Bucket): boolean {
  return bucket === "mail_recipient" || bucket === "mail_sender";
}

/** On globalThis, because this module exists twice, in Node and in Next's bundle, and both must share the counts. */
const shared = globalThis as typeof globalThis & { brimLimiters?: Map<Bucket, RateLimiterAbstract> };

/**
 * Counts one request.
 *
 * @param who whom to count it for: an API key, a user of a customer, or an address
 * @throws RateLimitedError the limit is exceeded
 */
export async function countRequest(bucket: Bucket, who: string): Promise<LimitState> {
  const limit = limitOf(bucket);
  try {
    return stateOf(limit, await limiterOf(bucket).consume(who));
  } catch (rejection) {
    if (!isRejection(rejection)) throw rejection;
    const unit = isMail(bucket) ? "emails per hour" : "requests per minute";
    throw new RateLimitedError(stateOf(limit, rejection), unit);
  }
}

/** Undoes `countRequest`, for a request that was counted in advance. */
export async function uncountRequest(bucket: Bucket, who: string): Promise<void> {
  await limiterOf(bucket).reward(who, 1);
}

/** Returns the bucket of a request and whom to count it for. */
export function bucketOf(actor: Actor, scope: string, method: string): { bucket: Bucket; who: string } {
  const who = actor.kind === "session" ? `${actor.userId}:${actor.customerId}` : actor.apiKeyId;
  if (scope.startsWith("usage:")) return { bucket: "usage", who };
  return { bucket: method === "GET" ? "billing_reads" : "billing_writes", who };
}

/** Returns the `x-ratelimit-*` headers. */
export function limitHeaders(state: LimitState): Record<string, string> {
  return {
    "x-ratelimit-limit": String(state.limit),
    "x-ratelimit-remaining": String(state.remaining),
    "x-ratelimit-reset": String(state.resetSeconds),
  };
}

/** Mail scanners and the back button open links and redirects again. */
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
  const limiter = newLimiter(bucket);
  shared.brimLimiters.set(bucket, limiter);
  return limiter;
}

function newLimiter(bucket: Bucket): RateLimiterAbstract {
  const options = { keyPrefix: bucket, points: limitOf(bucket), duration: windowSecondsOf(bucket) };
  const inMemory = new RateLimiterMemory(options);
  // Counting what anyone can send must be cheaper than answering it, so each process counts invalid keys on its own.
  if (env().RATE_LIMIT_STORE === "memory" || bucket === "failed_keys") return inMemory;
  return new RateLimiterPostgres({
    ...options,
    // Without the statement names that the package sets, which do not work behind a transaction pooler.
    storeClient: {
      query: ({ text, values }: { text: string; values: unknown[] }) => pool().query({ text, values }),
    },
    storeType: "pool",
    tableName: "rate_limit_count",
    tableCreated: true, // created by a migration
    inMemoryBlockOnConsumed: options.points + 1, // beyond the limit, the database is not asked again until the minute ends
    insuranceLimiter: inMemory, // the API must work even if the database cannot count
  });
}

function stateOf(limit: number, counted: RateLimiterRes): LimitState {
  return {
    limit,
    remaining: counted.remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(counted.msBeforeNext / 1_000)),
  };
}

/** Beyond the limit, the limiter throws its count instead of an error. */
function isRejection(thrown: unknown): thrown is RateLimiterRes {
  return !(thrown instanceof Error) && typeof (thrown as RateLimiterRes)?.msBeforeNext === "number";
}
