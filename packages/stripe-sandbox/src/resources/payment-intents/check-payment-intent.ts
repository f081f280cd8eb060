import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { acceptOnly } from "../accept-only";
import { isCurrency } from "../checkout-sessions/currencies";
import { mapOf } from "../param-readers";
import { checkDescriptorSuffix } from "../statement-descriptor";

const MIN_CENTS = 50;
const MAX_CENTS = 99_999_999;

const ON_CONFIRMATION = [
  "error_on_requires_action",
  "mandate_data",
  "off_session",
  "return_url",
  "use_stripe_sdk",
];

/** Parameters that a new intent and a changed one have in common. */
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
  if (params.confirm === true) return;
  const early = ON_CONFIRMATION.find((name) => params[name] !== undefined && params[name] !== false);
  if (!early) return;
  throw invalidRequest(`The parameter \`${early}\` can only be used together with \`confirm=true\`.`, early);
}

export function checkPaymentIntentUpdate({ params }: ApiRequest): void {
  checkContent(params, CONTENT);
}

export function checkPaymentIntentConfirm({ params }: ApiRequest): void {
  checkContent(params, CONFIRM);
}

function checkContent(params: Params, built: readonly string[]): void {
  if (params.statement_descriptor !== undefined) {
    throw invalidRequest(
      "The `statement_descriptor` parameter is not supported for cards. Use `statement_descriptor_suffix` instead.",
      "statement_descriptor",
    );
  }
  acceptOnly(params, built);
  checkAmount(params.amount);
  if (typeof params.currency === "string" && !isCurrency(params.currency)) {
    throw invalidRequest(`Invalid currency: ${params.currency}.`, "currency");
  }
  checkDescriptorSuffix(params.statement_descriptor_suffix, "statement_descriptor_suffix");
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

/** The sandbox's account takes cards and SEPA debits through the API; a filter that leaves none leaves nothing to pay with. */
export function checkCardsAllowed(value: ParamValue | undefined, noun: string): void {
  if (!Array.isArray(value) || value.includes("card") || value.includes("sepa_debit")) return;
  throw invalidRequest(
    `No valid payment method types for this ${noun}. This sandbox takes cards here.`,
    "allowed_payment_method_types",
  );
}

/** Of the options only those of cards that are named here have an effect, or need none. */
export function checkOptions(value: ParamValue | undefined, built: readonly string[]): void {
  for (const [type, options] of Object.entries(mapOf(value) ?? {})) {
    const names = type === "card" ? Object.keys(mapOf(options) ?? {}) : [""];
    const unbuilt = names.find((name) => !built.includes(name));
    if (unbuilt === undefined) continue;
    const param = `payment_method_options[${type}]${unbuilt && `[${unbuilt}]`}`;
    throw invalidRequest(`This sandbox does not support the parameter ${param} yet.`, param);
  }
}

export function checkReturnUrl(value: ParamValue | undefined): void {
  if (typeof value !== "string") return;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // Apps use schemes of their own (`myapp://done`), but a script is no address.
  if (url && !["javascript:", "data:", "vbscript:"].includes(url.protocol)) return;
  throw invalidRequest("Not a valid URL", "return_url", "url_invalid");
}
