import type { ParamValue } from "../api/request-schema";
import { invalidRequest } from "../api/stripe-error";

/** Rules for the part of the card statement's text that a payment chooses. */
export function checkDescriptorSuffix(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string" || (value.length <= 22 && !/[<>\\'"*]/.test(value))) return;
  throw invalidRequest(
    "The statement descriptor suffix must be at most 22 characters and may not contain < > \\ ' \" *.",
    param,
  );
}
