import Stripe from "stripe";
import { env } from "@/lib/platform/env";
import { isAppError, ServiceUnavailableError } from "@/lib/platform/errors";
import { knownSetupProblem, raiseSetupAlert, StripeSetupError, setupProblemOf } from "./setup-problem";

/**
 * Stripe did not answer, answered 5xx, or asked us to come back later. What it did with the request is unknown: repeat
 * it with the same idempotency key, or read first.
 */
export class StripeUnavailableError extends ServiceUnavailableError {
  constructor(options: { cause: unknown }) {
    super("The payment provider does not answer at the moment. Please try again.", {
      ...options,
      reason: "stripe_unavailable",
    });
  }
}

/**
 * After so many calls in a row that got no answer Stripe is away, and a sweep stops: each takes a minute to fail, the rest
 * stays due, and the worker has other work. One thing that always fails cannot hold up the others, since its next try is
 * planned.
 */
export const MAX_UNANSWERED = 3;

/** Whether a try failed only for now. By kind, because a failure of the database counts too. */
export function isUnanswered(error: unknown): boolean {
  return isAppError(error) && error.kind === "service_unavailable";
}

/**
 * Whether Stripe answered that it failed. It gives the same answer under the same idempotency key for a day, so that only
 * another key can succeed before.
 *
 * @see https://docs.stripe.com/api/idempotent_requests
 */
export function isRememberedFailure(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && (cause.statusCode ?? 0) >= 500;
}

/** Stripe understood the request and refused it: a mistake of ours or in the settings, never the caller's. */
export class StripeRefusedError extends Error {
  readonly code: string;
  readonly param: string | undefined;
  readonly statusCode: number;
  readonly requestId: string | undefined;

  constructor(override readonly cause: Stripe.errors.StripeError) {
    super(`Stripe refused a request: ${cause.message}`, { cause });
    this.code = cause.code ?? cause.type;
    this.param = cause.param;
    this.statusCode = cause.statusCode ?? 0;
    this.requestId = cause.requestId;
  }

  get isMissing(): boolean {
    return this.code === "resource_missing";
  }
}

/** Recognised by shape: the class exists once in Node and once in Next's bundle. */
export function isStripeRefusal(error: unknown): error is StripeRefusedError {
  return error instanceof Error && error.cause instanceof Error && "code" in error && "isMissing" in error;
}

async function withinTime<T>(call: Promise<T>): Promise<T> {
  const timeoutMs = env().STRIPE_TIMEOUT_MS;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    const cause = new Error(`Stripe did not answer within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(new StripeUnavailableError({ cause })), timeoutMs);
  });
  try {
    return await Promise.race([call, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** Codes that say "not now" although the status is a 4xx. */
const TEMPORARY_CODES = new Set(["idempotency_key_in_use", "lock_timeout", "rate_limit"]);

/**
 * Runs one call of the SDK, retries included, and translates its errors; nothing outside this folder sees Stripe's classes.
 * It ends in time, whatever Stripe does; a try that is still under way then ends by itself.
 *
 * @throws StripeUnavailableError no answer, or not now
 * @throws StripeSetupError the operator has to correct something first; the alert that says what is raised
 * @throws StripeRefusedError any other refusal
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await withinTime(call());
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const status = error.statusCode ?? 0;
    const isTemporary = status === 0 || status === 409 || status === 429 || status >= 500;
    if (isTemporary || TEMPORARY_CODES.has(error.code ?? ""))
      throw new StripeUnavailableError({ cause: error });
    const refused = new StripeRefusedError(error);
    const problem = knownSetupProblem(refusalOf(refused));
    if (!problem) throw refused;
    await raiseSetupAlert(problem);
    throw new StripeSetupError({ cause: error });
  }
}

/**
 * Turns a refusal that nobody expected into what its caller is told and what the operator is: it comes from our request or
 * from the settings, so that the caller can do nothing about it. Other errors pass.
 *
 * @throws StripeSetupError Stripe refused
 */
export async function rethrowRefusal(error: unknown): Promise<never> {
  if (!isStripeRefusal(error)) throw error;
  await raiseSetupAlert(setupProblemOf(refusalOf(error)));
  throw new StripeSetupError({ cause: error });
}

function refusalOf({ statusCode, code, param, requestId, cause }: StripeRefusedError) {
  return { statusCode, code, param, requestId, message: cause.message };
}
