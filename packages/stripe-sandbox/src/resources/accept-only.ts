import type { Params } from "../api/request-schema";
import { invalidRequest } from "../api/stripe-error";

/**
 * Refuses every parameter that is not named here: Stripe knows it, but its effect is not built, and an ignored one
 * would be a false promise.
 *
 * @throws StripeError 400 that names the parameter
 */
export function acceptOnly(params: Params, built: readonly string[]): void {
  const unbuilt = Object.keys(params).find((name) => !built.includes(name) && params[name] !== null);
  if (unbuilt) throw invalidRequest(`This sandbox does not support the parameter ${unbuilt} yet.`, unbuilt);
}
