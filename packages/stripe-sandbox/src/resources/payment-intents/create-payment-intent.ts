import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import type { SaveCard } from "../../three-d-secure/challenge";
import { updateInvoiceAfterPayment } from "../invoices/settle-invoice";
import { customerFromParams, loadLive } from "../load-object";
import {
  enumOr,
  mapOf,
  mergeMetadata,
  numberOr,
  readShipping,
  textOr,
  textsOf,
  updatedText,
} from "../params";
import { methodFromParams } from "../payment-methods/usable-payment-method";
import { confirmIntent } from "./confirm-intent";
import { assertNotFromCheckout, lockOwner } from "./intent-owner";
import {
  applyCardOptions,
  buildPaymentIntent,
  declineRefusal,
  insertPaymentIntent,
  unexpectedState,
} from "./payment-intent";

/** Creates an intent and, with `confirm`, attempts the payment. A declined intent is kept. */
export async function createPaymentIntent(
  tx: Tx,
  { params }: ApiRequest,
): Promise<Stripe.PaymentIntent | StripeError> {
  const customer = await customerFromParams(tx, params);
  const method = await methodFromParams(tx, params, customer);
  const draft = buildFromParams(tx, params, customer);
  const intent: Stripe.PaymentIntent = method
    ? { ...draft, payment_method: method.id, status: "requires_confirmation" }
    : draft;
  if (params.confirm === true && !method) throw methodMissing(intent);
  await insertPaymentIntent(tx, intent);
  return params.confirm === true && method ? pay(tx, intent, method, params) : intent;
}

function buildFromParams(tx: Tx, params: Params, customer: string | null): Stripe.PaymentIntent {
  const allowed = textsOf(params.allowed_payment_method_types) ?? null;
  const intent = buildPaymentIntent(tx, {
    amountCents: numberOr(params.amount, 0),
    currency: textOr(params.currency, "usd").toLowerCase(),
    customer,
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
    receiptEmail: textOr(params.receipt_email, null),
    setupFutureUsage: enumOr(params.setup_future_usage, null),
    shipping: readShipping(params.shipping),
    statementDescriptorSuffix: textOr(params.statement_descriptor_suffix, null),
    allowedPaymentMethodTypes: allowed,
    automaticPaymentMethods: automaticMethods(params),
    ...(allowed && !allowed.includes("card") && { paymentMethodTypes: ["sepa_debit"] }),
    captureMethod: enumOr(params.capture_method, "automatic_async"),
    confirmationMethod: enumOr(params.confirmation_method, "automatic"),
  });
  return applyCardOptions(intent, params);
}

/** Stripe chooses the payment methods unless the request lists them. */
export function automaticMethods(
  params: Params,
): { enabled: boolean; allow_redirects?: "always" | "never" } | null {
  const automatic = mapOf(params.automatic_payment_methods);
  if (!automatic && params.allowed_payment_method_types !== undefined) return null;
  if (automatic?.enabled === false) return { enabled: false };
  return {
    allow_redirects: enumOr(automatic?.allow_redirects, "always"),
    enabled: true,
  };
}

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];

/** `POST /v1/payment_intents/{intent}/confirm` */
export async function confirmPaymentIntent(
  tx: Tx,
  { params, ids }: ApiRequest,
): Promise<Stripe.PaymentIntent | StripeError> {
  const id = ids.intent ?? "";
  await lockOwner(tx, id);
  const { data: stored } = await loadLive<Stripe.PaymentIntent>(tx, "payment_intent", id);
  if (!CONFIRMABLE.includes(stored.status)) throw notConfirmable(stored);
  await assertNotFromCheckout(tx, id, "confirm");
  const customer = stored.customer as string | null;
  const method = await methodFromParams(tx, params, customer, stored.payment_method);
  if (!method) throw methodMissing(stored);
  return pay(tx, applyConfirmParams(stored, params), method, params);
}

/**
 * Attempts a payment with the parameters of a confirmation. A decline is returned, not thrown, so that it is kept.
 */
async function pay(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  params: Params,
): Promise<Stripe.PaymentIntent | StripeError> {
  assertAllowed(intent, method);
  const offSession = isOffSession(params);
  if (offSession && intent.setup_future_usage) {
    throw invalidRequest(
      "You cannot confirm with the `off_session` parameter when `setup_future_usage` is also set on the PaymentIntent because you cannot set up future usages when processing payments off-session.",
      "off_session",
    );
  }
  const result = await confirmIntent(tx, intent, method, {
    offSession,
    returnUrl: textOr(params.return_url, null),
    errorOnAction: params.error_on_requires_action === true,
    save: cardToSave(intent, method),
  });
  await updateInvoiceAfterPayment(tx, result);
  return result.decline ? declineRefusal(result.decline, result.intent, result.charge) : result.intent;
}

function assertAllowed(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
  const types: readonly string[] = intent.payment_method_types;
  if (types.includes(method.type)) return;
  throw invalidRequest(
    `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: ${types.join(", ")}.`,
    "payment_method",
    "payment_intent_incompatible_payment_method",
  );
}

function methodMissing(intent: Stripe.PaymentIntent): StripeError {
  return unexpectedState(
    intent,
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
  );
}

function notConfirmable(intent: Stripe.PaymentIntent): StripeError {
  const isPaid = intent.status === "succeeded" || intent.status === "requires_capture";
  return unexpectedState(
    intent,
    isPaid
      ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: ${CONFIRMABLE.join(", ")}.`,
  );
}

function isOffSession({ off_session: value }: Params): boolean {
  return value === true || typeof value === "string";
}

function applyConfirmParams(intent: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent {
  return applyCardOptions(
    {
      ...intent,
      capture_method: enumOr(params.capture_method, intent.capture_method),
      receipt_email: updatedText(params.receipt_email, intent.receipt_email),
      setup_future_usage: updatedText(params.setup_future_usage, intent.setup_future_usage),
      ...(params.shipping !== undefined && { shipping: readShipping(params.shipping) }),
    },
    params,
  );
}

/** With `setup_future_usage`, a payment also attaches a new card to the customer. */
function cardToSave(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): SaveCard | null {
  if (!intent.setup_future_usage || typeof intent.customer !== "string" || method.customer) return null;
  return { customer: intent.customer, allowRedisplay: method.allow_redisplay ?? "unspecified" };
}
