import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";

/** Refuses parameters whose effect is not built. Silently ignoring them would be a false promise. */
export function refuseNotBuilt(params: Params, names: readonly string[]): void {
  const unbuilt = names.find((name) => params[name] !== undefined && params[name] !== null);
  if (unbuilt) throw invalidRequest(`This sandbox does not support the parameter ${unbuilt} yet.`, unbuilt);
}
