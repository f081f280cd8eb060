import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import type { StripeError } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf, numberOr, textOr } from "../param-readers";
import { methodFromParams } from "../payment-methods/method-from-params";
import { readShipping } from "../shipping";
import { methodMissing, pay } from "./confirm-payment-intent";
import { buildPaymentIntent, paymentIntentSaveOptions } from "./payment-intent";
import { withOptions } from "./payment-method-options";

/** Makes an intent, and with `confirm` pays it at once. A declined intent exists all the same. */
export async function createPaymentIntent(
  tx: Tx,
  { params }: ApiRequest,
): Promise<Stripe.PaymentIntent | StripeError> {
  const customer = await readCustomer(tx, params);
  const method = await methodFromParams(tx, params, customer);
  const draft = buildFromParams(tx, params, customer);
  const intent: Stripe.PaymentIntent = method
    ? { ...draft, payment_method: method.id, status: "requires_confirmation" }
    : draft;
  if (params.confirm === true && !method) throw methodMissing(intent);
  await insertObject(tx, intent, paymentIntentSaveOptions(intent));
  await recordEvent(tx, "payment_intent.created", intent);
  return params.confirm === true && method ? pay(tx, intent, method, params) : intent;
}

async function readCustomer(tx: Tx, { customer }: Params): Promise<string | null> {
  if (typeof customer !== "string") return null;
  await loadReferenced(tx, "customer", customer, "customer");
  return customer;
}

function buildFromParams(tx: Tx, params: Params, customer: string | null): Stripe.PaymentIntent {
  const allowed = listOf(params.allowed_payment_method_types)?.map(String) ?? null;
  const intent = buildPaymentIntent(tx, {
    amountCents: numberOr(params.amount, 0),
    currency: textOr(params.currency, "usd").toLowerCase(),
    customer,
    description: textOr(params.description, null),
    metadata: mergeMetadata({}, params.metadata),
    receiptEmail: textOr(params.receipt_email, null),
    setupFutureUsage: textOr(params.setup_future_usage, null) as Stripe.PaymentIntent.SetupFutureUsage | null,
    shipping: readShipping(params.shipping),
    statementDescriptorSuffix: textOr(params.statement_descriptor_suffix, null),
    allowedPaymentMethodTypes: allowed,
    automaticPaymentMethods: automaticMethods(params),
    ...(allowed && !allowed.includes("card") && { paymentMethodTypes: ["sepa_debit"] }),
    captureMethod: textOr(params.capture_method, "automatic_async") as Stripe.PaymentIntent.CaptureMethod,
    confirmationMethod: textOr(
      params.confirmation_method,
      "automatic",
    ) as Stripe.PaymentIntent.ConfirmationMethod,
  });
  return withOptions(intent, params);
}

/** Stripe picks the payment methods itself unless it is told which are allowed. */
export function automaticMethods(
  params: Params,
): { enabled: boolean; allow_redirects?: "always" | "never" } | null {
  const wish = mapOf(params.automatic_payment_methods);
  if (!wish && params.allowed_payment_method_types !== undefined) return null;
  if (wish?.enabled === false) return { enabled: false };
  return {
    allow_redirects: textOr(wish?.allow_redirects, "always") as "always" | "never",
    enabled: true,
  };
}
