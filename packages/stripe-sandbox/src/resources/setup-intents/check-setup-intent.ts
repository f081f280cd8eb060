import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { acceptOnly } from "../accept-only";
import { checkCardsAllowed, checkOptions, checkReturnUrl } from "../payment-intents/check-payment-intent";

const ON_CONFIRMATION = ["mandate_data", "return_url", "use_stripe_sdk"];
const METHOD = ["payment_method", "payment_method_options"];
const CONTENT = ["allowed_payment_method_types", "customer", "description", "expand", "metadata", ...METHOD];
const CREATE = [...CONTENT, ...ON_CONFIRMATION, "automatic_payment_methods", "confirm", "usage"];

export function checkNewSetupIntent({ params }: ApiRequest): void {
  checkContent(params, CREATE);
  if (params.confirm === true) return;
  const early = ON_CONFIRMATION.find((name) => params[name] !== undefined && params[name] !== false);
  if (!early) return;
  throw invalidRequest(`The parameter \`${early}\` can only be used together with \`confirm=true\`.`, early);
}

export function checkSetupIntentUpdate({ params }: ApiRequest): void {
  checkContent(params, CONTENT);
}

export function checkSetupIntentConfirm({ params }: ApiRequest): void {
  checkContent(params, [...ON_CONFIRMATION, ...METHOD, "expand"]);
}

function checkContent(params: Params, built: readonly string[]): void {
  acceptOnly(params, built);
  checkCardsAllowed(params.allowed_payment_method_types, "SetupIntent");
  checkOptions(params.payment_method_options, ["request_three_d_secure"]);
  checkReturnUrl(params.return_url);
}
