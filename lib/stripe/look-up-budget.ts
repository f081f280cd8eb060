import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { onPool, type Statement } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";

/** How long the rate stays halved after Stripe answered 429. */
const SLOW_MS = 60_000;

/** A time further ahead than this is a mistake of the database's clock, and is ignored. */
const MAX_QUEUE_MS = 120_000;

/** Background work can wait this long for its turn. */
const BACKGROUND_WAIT_MS = 60_000;

/**
 * Reserves the next start time and returns how long to wait for it: one row, one statement, in the order of arrival.
 * `$1`: the pause between two look-ups; `$2`: the longest wait that the caller accepts. No row: the wait would be longer.
 */
const RESERVE: Statement = {
  name: "look_up_reserve",
  text: `
    INSERT INTO stripe_look_up_budget AS budget (id, next_at)
    VALUES (1, clock_timestamp() + $1::float8 * interval '1 ms')
    ON CONFLICT (id) DO UPDATE
    SET next_at = CASE WHEN budget.next_at > clock_timestamp() + ${MAX_QUEUE_MS} * interval '1 ms' THEN clock_timestamp()
                       ELSE greatest(budget.next_at, clock_timestamp()) END
                + CASE WHEN budget.slow_until > clock_timestamp() THEN 2 ELSE 1 END * $1::float8 * interval '1 ms'
    WHERE budget.next_at <= clock_timestamp() + $2::float8 * interval '1 ms'
       OR budget.next_at > clock_timestamp() + ${MAX_QUEUE_MS} * interval '1 ms'
    RETURNING (extract(epoch FROM next_at - clock_timestamp()) * 1000
               - CASE WHEN slow_until > clock_timestamp() THEN 2 ELSE 1 END * $1::float8)::text AS wait_ms`,
};

const SLOW_DOWN: Statement = {
  name: "look_up_slow_down",
  text: `
    INSERT INTO stripe_look_up_budget AS budget (id, next_at, slow_until)
    VALUES (1, clock_timestamp(), clock_timestamp() + ${SLOW_MS} * interval '1 ms')
    ON CONFLICT (id) DO UPDATE SET slow_until = excluded.slow_until`,
};

interface LookUpScope {
  maxWaitMs: number;
  /** Requests that the current call of the SDK has sent. It sends several if it retries or reads several pages. */
  requests: number;
  /** Whether the current call has ended, perhaps because of its deadline. */
  isOver: boolean;
}

// Shared, because the SDK's client is: this module exists once in Node and once in Next's bundle.
const shared = globalThis as typeof globalThis & { brimLookUps?: AsyncLocalStorage<LookUpScope> };
shared.brimLookUps ??= new AsyncLocalStorage();
const scopes = shared.brimLookUps;

/** No look-up is possible right now, because others have used up the budget. */
export class LookUpBudgetError extends ServiceUnavailableError {
  constructor() {
    super("Too many look-ups at Stripe are waiting. Please try again.", { reason: "busy" });
  }
}

/**
 * Runs work whose calls to Stripe are look-ups of our own: sweeps, the reader of events, a return page. All processes together
 * send at most STRIPE_LOOK_UPS_PER_SECOND requests for them a second, retries included, so that webhooks and checkouts, which
 * are not counted, never meet Stripe's rate limit because of them.
 *
 * @param options.maxWaitMs a call that would have to wait longer throws LookUpBudgetError; default a minute
 */
export function asLookUp<T>(
  work: () => Promise<T>,
  { maxWaitMs = BACKGROUND_WAIT_MS }: { maxWaitMs?: number } = {},
): Promise<T> {
  return scopes.run({ maxWaitMs, requests: 0, isOver: false }, work);
}

/** Runs one call of the SDK whose first request may start now. When it has ended, it sends no more requests. */
export async function asOneCall<T>(call: () => Promise<T>): Promise<T> {
  const scope = scopes.getStore();
  if (!scope) return call();
  const own = { ...scope, requests: 0, isOver: false };
  try {
    return await scopes.run(own, call);
  } finally {
    own.isOver = true;
  }
}

/** Sends a request of the SDK. After the first one of a call, each retry and each next page waits for a turn of its own. */
export async function fetchInTurn(...request: Parameters<typeof fetch>): Promise<Response> {
  const scope = scopes.getStore();
  if (scope && scope.requests++ > 0) {
    if (!scope.isOver) await waitForBudget(env().STRIPE_TIMEOUT_MS / 2);
    if (scope.isOver) throw new Error("The call has passed its deadline.");
  }
  return fetch(...request);
}

/**
 * Waits until the next request may start. Does nothing outside of `asLookUp`.
 *
 * @throws LookUpBudgetError the wait would be longer than this, or than the caller of `asLookUp` accepts
 */
export async function waitForBudget(maxWaitMs = Number.POSITIVE_INFINITY): Promise<void> {
  const scope = scopes.getStore();
  if (!scope) return;
  const pauseMs = 1_000 / env().STRIPE_LOOK_UPS_PER_SECOND;
  const [reserved] = await onPool().run<{ wait_ms: string }>(RESERVE, [
    String(pauseMs),
    String(Math.min(scope.maxWaitMs, maxWaitMs)),
  ]);
  if (!reserved) throw new LookUpBudgetError();
  const waitMs = Number(reserved.wait_ms);
  if (waitMs > 0) await sleep(waitMs);
}

/** Halves the rate of look-ups for a minute. Never throws. */
export async function slowDownLookUps(): Promise<void> {
  try {
    await onPool().run(SLOW_DOWN, []);
  } catch (error) {
    log().warn({ err: error }, "could not slow down the look-ups at Stripe");
  }
}
