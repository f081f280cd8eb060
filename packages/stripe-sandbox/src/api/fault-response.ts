import type { Fault } from "../faults/api-faults";
import { StripeError } from "./stripe-error";

/** Returns the error response of an injected fault. */
export function faultResponse(status: NonNullable<Fault["status"]>, code?: Fault["code"]): StripeError {
  switch (status) {
    case 500:
      return new StripeError(500, {
        type: "api_error",
        message: "An unknown error occurred (injected by the sandbox).",
      });
    case 429:
      if (code === "rate_limit") return tooManyRequests(" (Injected by the sandbox.)");
      return new StripeError(429, {
        type: "invalid_request_error",
        code: "lock_timeout",
        message:
          "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. (Injected by the sandbox.)",
      });
    case 409:
      return new StripeError(409, {
        type: "idempotency_error",
        code: "idempotency_key_in_use",
        message:
          "There is currently another in-progress request using this idempotency key. (Injected by the sandbox.)",
      });
    case 403:
      return new StripeError(403, {
        type: "invalid_request_error",
        message:
          "The provided key 'rk_test_*********************' does not have the required permissions for this endpoint on account 'acct_sandbox'. Having the 'rak_checkout_session_write' permission would allow this request to continue. (Injected by the sandbox.)",
      });
    case 401:
      return code === "api_key_expired" ? expiredKey() : invalidKey();
    case 400:
      return new StripeError(400, {
        type: "invalid_request_error",
        code: "stripe_tax_inactive",
        message:
          "Stripe Tax has not been activated on your account. Please visit https://dashboard.stripe.com/settings/tax to get started. (Injected by the sandbox.)",
      });
    default:
      return status satisfies never;
  }
}

/** @param note added to Stripe's message */
export function tooManyRequests(note = ""): StripeError {
  return new StripeError(429, {
    type: "invalid_request_error",
    code: "rate_limit",
    message: `Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.${note}`,
  });
}

function expiredKey(): StripeError {
  return new StripeError(401, {
    type: "invalid_request_error",
    code: "api_key_expired",
    message: "Expired API Key provided: sk_test_*********************. (Injected by the sandbox.)",
  });
}

function invalidKey(): StripeError {
  return new StripeError(401, {
    type: "invalid_request_error",
    message: "Invalid API Key provided: sk_test_*********************. (Injected by the sandbox.)",
  });
}
