import type { ParamValue } from "../api/request-schema";
import { invalidRequest } from "../api/stripe-error";

/** Tax codes are taken by their form; the sandbox has no list of them. */
export function checkTaxCode(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string" || /^txcd_\d{8}$/.test(value)) return;
  throw invalidRequest(`No such tax code: '${value}'`, param, "resource_missing");
}
