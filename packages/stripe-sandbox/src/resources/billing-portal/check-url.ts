import type { ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";

/** An address that a browser can be sent to. */
export function checkUrl(value: ParamValue | undefined, param: string): void {
  if (typeof value !== "string" || isWebAddress(value)) return;
  throw invalidRequest("Not a valid URL", param, "url_invalid");
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
