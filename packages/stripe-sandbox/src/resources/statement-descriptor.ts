import type { ParamValue } from "../api/request-schema";
import { invalidRequest } from "../api/stripe-error";

/**
 * Rules for the part of the card statement's text that a payment chooses.
 * @see https://docs.stripe.com/get-started/account/statement-descriptors
 */
export function checkDescriptorSuffix(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string" || value === "") return; // an empty one takes the suffix away
  if (value.length > 22 || !/^[ -~\u00a0-\u024f]*$/.test(value) || /[<>\\'"*]/.test(value)) {
    throw invalidRequest(
      "The statement descriptor suffix must be at most 22 Latin characters and may not contain < > \\ ' \" *.",
      param,
    );
  }
  if (!/[A-Za-z]/.test(value)) {
    throw invalidRequest("The statement descriptor suffix must contain at least one letter.", param);
  }
}
