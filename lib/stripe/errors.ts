import Stripe from "stripe";
import { env } from "@/lib/platform/env";
import { isAppError, ServiceUnavailableError } from "@/lib/platform/errors";
import { asOneCall, slowDownLookUps, waitForBudget } from "./look-up-budget";
import {
  isMissingPermission,
  knownSetupProblem,
  raiseSetupAlert,
  StripeSetupError,
  setupProblemOf,
} from "./setup-problem";

/**
 * Stripe did not respond, responded with 5xx, or asked us to retry later. The outcome of the request is unknown: retry with
 * the same idempotency key, or read the state first.
 */
export class StripeUnavailableError extends ServiceUnavailableError {
  constructor(options: { cause: unknown }) {
    super("Stripe is temporarily unavailable. Please try again.", {
      ...options,
      reason: "stripe_unavailable",
    });
  }
}

/**
 * A sweep stops after this many consecutive outages. Each takes up to a minute to fail, and the remaining items stay due. An item
 * that always fails does not block the others, because its next try is scheduled first.
 */
export const MAX_UNANSWERED = 3;

/** Whether a call failed temporarily. Checks the kind, because an unavailable database counts too. */
export function isUnanswered(error: unknown): boolean {
  return isAppError(error) && error.kind === "service_unavailable";
}

/** Whether the next call will fail as well: no response, or a key that is not valid. A missing permission concerns some calls only. */
export function isOutage(error: unknown): boolean {
  return isUnanswered(error) && !isMissingPermission(error);
}

/**
 * Whether Stripe responded with a 5xx. It stores that response and replays it under the same idempotency key for a day, so
 * only another key can succeed before that.
 *
 * @see https://docs.stripe.com/api/idempotent_requests
 */
export function isRememberedFailure(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Stripe.errors.StripeError && (cause.statusCode ?? 0) >= 500;
}

/** Stripe refused a request, because of a bug or of a setting. It is never the caller's fault. */
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

/** Checks the shape, because the class exists once in Node and once in Next's bundle. */
export function isStripeRefusal(error: unknown): error is StripeRefusedError {
  return error instanceof Error && error.cause instanceof Error && "code" in error && "isMissing" in error;
}

async function withTimeout<T>(call: Promise<T>): Promise<T> {
  const timeoutMs = env().STRIPE_TIMEOUT_MS;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    const cause = new Error(`Stripe did not respond within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(new StripeUnavailableError({ cause })), timeoutMs);
  });
  try {
    return await Promise.race([call, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** Temporary failures that have a 4xx status. */
const TEMPORARY_CODES = new Set(["idempotency_key_in_use", "lock_timeout", "rate_limit"]);

/**
 * Runs one call of the SDK, including its retries, within STRIPE_TIMEOUT_MS, and translates its errors. No code outside this
 * folder sees the SDK's error classes. A look-up of our own waits for its turn first; see `asLookUp`.
 *
 * @throws LookUpBudgetError the look-up would have to wait too long for its turn
 * @throws StripeUnavailableError no response, or a temporary failure
 * @throws StripeSetupError the operator has to fix the setup; an alert says what
 * @throws StripeRefusedError any other refusal
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  await waitForBudget();
  try {
    return await asOneCall(() => withTimeout(call()));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const status = error.statusCode ?? 0;
    if (status === 429) await slowDownLookUps();
    const isTemporary = status === 0 || status === 409 || status === 429 || status >= 500;
    if (isTemporary || TEMPORARY_CODES.has(error.code ?? ""))
      throw new StripeUnavailableError({ cause: error });
    const refused = new StripeRefusedError(error);
    const problem = knownSetupProblem(refusalOf(refused));
    if (!problem) throw refused;
    await raiseSetupAlert(problem);
    throw new StripeSetupError(problem, { cause: error });
  }
}

/**
 * Rethrows a refusal that no caller handled as a setup problem, and raises its alert: only the operator can fix it. Rethrows
 * any other error unchanged.
 *
 * @throws StripeSetupError Stripe refused the request
 */
export async function rethrowRefusal(error: unknown): Promise<never> {
  if (!isStripeRefusal(error)) throw error;
  const problem = setupProblemOf(refusalOf(error));
  await raiseSetupAlert(problem);
  throw new StripeSetupError(problem, { cause: error.cause });
}

function refusalOf({ statusCode, code, param, requestId, cause }: StripeRefusedError) {
  return { statusCode, code, param, requestId, message: cause.message };
}
