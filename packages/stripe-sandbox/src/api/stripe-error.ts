type StripeErrorType =
  | "api_error"
  | "card_error"
  | "idempotency_error"
  | "invalid_request_error"
  | "rate_limit_error"
  | "authentication_error";

interface StripeErrorFields {
  type: StripeErrorType;
  code?: string;
  decline_code?: string;
  advice_code?: string;
  message: string;
  param?: string;
  doc_url?: string;
  charge?: string;
  /** The objects as the failure left them. */
  payment_intent?: object;
  payment_method?: object;
  setup_intent?: object;
}

/** A refusal in Stripe's own shape. Thrown anywhere below the API, answered as `{ error: … }`. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly fields: StripeErrorFields,
  ) {
    super(fields.message);
  }

  get body(): { error: StripeErrorFields } {
    const { code } = this.fields;
    const docUrl = code
      ? { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }
      : {};
    return { error: { ...this.fields, ...docUrl } };
  }
}

/** 400 for a parameter whose value, or whose combination with others, Stripe refuses. */
export function invalidRequest(message: string, param?: string, code?: string): StripeError {
  return new StripeError(400, {
    type: "invalid_request_error",
    message,
    ...(code && { code }),
    ...(param && { param }),
  });
}

export function missingParameter(param: string): StripeError {
  return invalidRequest(`Missing required param: ${param}.`, param, "parameter_missing");
}

/** An id that names nothing: 404 when it is the addressed object, 400 when it came as a parameter. */
export function noSuchObject(noun: string, id: string, param: string, status: 400 | 404 = 404): StripeError {
  return new StripeError(status, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${noun}: '${id}'`,
    param,
  });
}

export function unrecognizedUrl(method: string, path: string): StripeError {
  return new StripeError(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code.`,
  });
}
