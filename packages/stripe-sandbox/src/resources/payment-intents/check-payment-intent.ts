import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { allowOnly, checkCurrency, checkStatementDescriptor, mapOf, notSupported } from "../params";

const MIN_CENTS = 50;
const MAX_CENTS = 99_999_999;

const ON_CONFIRMATION = [
  "error_on_requires_action",
  "mandate_data",
  "off_session",
  "return_url",
  "use_stripe_sdk",
];

/** Parameters of both create and update. */
const CONTENT = [
  "allowed_payment_method_types",
  "amount",
  "capture_method",
  "currency",
  "customer",
  "description",
  "expand",
  "metadata",
  "payment_method",
  "payment_method_options",
  "receipt_email",
  "setup_future_usage",
  "shipping",
  "statement_descriptor_suffix",
];

const CREATE = [
  ...CONTENT,
  ...ON_CONFIRMATION,
  "automatic_payment_methods",
  "confirm",
  "confirmation_method",
];
const CONFIRM = [
  ...ON_CONFIRMATION,
  "capture_method",
  "expand",
  "payment_method",
  "payment_method_options",
  "receipt_email",
  "setup_future_usage",
  "shipping",
];

export function checkNewPaymentIntent({ params }: ApiRequest): void {
  checkContent(params, CREATE);
  checkConfirmOnly(params, ON_CONFIRMATION);
}

export function checkPaymentIntentUpdate({ params }: ApiRequest): void {
  checkContent(params, CONTENT);
}

export function checkPaymentIntentConfirm({ params }: ApiRequest): void {
  checkContent(params, CONFIRM);
}

function checkContent(params: Params, supported: readonly string[]): void {
  checkStatementDescriptor(params);
  allowOnly(params, supported);
  checkAmount(params.amount);
  checkCurrency(params.currency, "currency");
  checkCardsAllowed(params.allowed_payment_method_types, "PaymentIntent");
  checkOptions(params.payment_method_options, ["request_three_d_secure"]);
  checkReturnUrl(params.return_url);
}

function checkAmount(value: ParamValue | undefined): void {
  if (typeof value !== "number") return;
  if (value < 1) {
    throw invalidRequest("Invalid positive integer", "amount", "parameter_invalid_integer");
  }
  if (value < MIN_CENTS) {
    throw invalidRequest("Amount must be at least $0.50 usd", "amount", "amount_too_small");
  }
  if (value > MAX_CENTS) {
    throw invalidRequest("Amount must be no more than $999,999.99", "amount", "amount_too_large");
  }
}

/** @throws StripeError 400 for a parameter of the confirmation without `confirm=true` */
export function checkConfirmOnly(params: Params, names: readonly string[]): void {
  if (params.confirm === true) return;
  const misplaced = names.find((name) => params[name] !== undefined && params[name] !== false);
  if (!misplaced) return;
  throw invalidRequest(
    `The parameter \`${misplaced}\` can only be used together with \`confirm=true\`.`,
    misplaced,
  );
}

/** Through the API the sandbox's account takes cards and SEPA debits. */
export function checkCardsAllowed(value: ParamValue | undefined, noun: string): void {
  if (!Array.isArray(value) || value.includes("card") || value.includes("sepa_debit")) return;
  throw invalidRequest(
    `No valid payment method types for this ${noun}. This sandbox takes cards here.`,
    "allowed_payment_method_types",
  );
}

/** Refuses all payment method options but the supported ones of cards. */
export function checkOptions(value: ParamValue | undefined, supported: readonly string[]): void {
  for (const [type, options] of Object.entries(mapOf(value) ?? {})) {
    const names = type === "card" ? Object.keys(mapOf(options) ?? {}) : [""];
    const unsupported = names.find((name) => !supported.includes(name));
    if (unsupported === undefined) continue;
    const param = `payment_method_options[${type}]${unsupported && `[${unsupported}]`}`;
    throw notSupported(param);
  }
}

export function checkReturnUrl(value: ParamValue | undefined): void {
  if (typeof value !== "string") return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // Apps use schemes of their own (`myapp://done`), so only scripts are refused.
  if (url && !["javascript:", "data:", "vbscript:"].includes(url.protocol)) return;
  throw invalidRequest("Not a valid URL", "return_url", "url_invalid");
}
