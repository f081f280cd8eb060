import type { Params } from "../../api/request-schema";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Decline } from "../../cards/declines";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mapOf } from "../params";

/** The result of a payment attempt. The intent's status says how far it went. */
export interface PaymentResult {
  intent: Stripe.PaymentIntent;
  /** Undefined if nothing was charged. */
  charge: Stripe.Charge | undefined;
  /** Undefined unless the charge was declined at once. */
  decline: Decline | undefined;
}

interface PaymentIntentInput {
  amountCents: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  receiptEmail: string | null;
  setupFutureUsage: Stripe.PaymentIntent.SetupFutureUsage | null;
  statementDescriptorSuffix: string | null;
  allowedPaymentMethodTypes: string[] | null;
  automaticPaymentMethods?: Stripe.PaymentIntent.AutomaticPaymentMethods | null;
  captureMethod?: Stripe.PaymentIntent.CaptureMethod;
  confirmationMethod?: Stripe.PaymentIntent.ConfirmationMethod;
  shipping?: Stripe.PaymentIntent.Shipping | null;
  paymentMethodTypes?: string[];
}

export function buildPaymentIntent(tx: Tx, input: PaymentIntentInput): Stripe.PaymentIntent {
  const id = newStripeId("pi");
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types:
      input.allowedPaymentMethodTypes as Stripe.PaymentIntent["allowed_payment_method_types"],
    amount: input.amountCents,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: input.automaticPaymentMethods ?? null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: input.captureMethod ?? "automatic_async",
    client_secret: `${id}_secret_${randomLetters(25)}`,
    confirmation_method: input.confirmationMethod ?? "automatic",
    created: tx.now,
    currency: input.currency,
    customer: input.customer,
    customer_account: null,
    description: input.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: input.paymentMethodTypes ?? ["card"],
    payment_record: null,
    processing: null,
    receipt_email: input.receiptEmail,
    review: null,
    setup_future_usage: input.setupFutureUsage,
    shipping: input.shipping ?? null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: input.statementDescriptorSuffix,
    status: "requires_payment_method",
    transfer_data: undefined,
    transfer_group: null,
  };
}

/** Stores a new intent and announces it. */
export async function insertPaymentIntent(tx: Tx, intent: Stripe.PaymentIntent): Promise<void> {
  await insertObject(tx, intent, { refs: intentRefs(intent) });
  await recordEvent(tx, "payment_intent.created", intent);
}

/** @param dueAt when a bank responds or a hold expires, in Unix seconds; undefined keeps the stored time */
export async function savePaymentIntent(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  dueAt?: number | null,
): Promise<void> {
  await updateObject(tx, intent, { refs: intentRefs(intent), ...(dueAt !== undefined && { dueAt }) });
}

function intentRefs(intent: Stripe.PaymentIntent) {
  return { customer: intent.customer as string | null };
}

/** Applies the card options of a request; others were refused before. */
export function applyCardOptions(intent: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent {
  const wanted = mapOf(mapOf(params.payment_method_options)?.card)?.request_three_d_secure;
  const card = intent.payment_method_options?.card;
  if (typeof wanted !== "string" || !card) return intent;
  return {
    ...intent,
    payment_method_options: {
      ...intent.payment_method_options,
      card: { ...card, request_three_d_secure: wanted as typeof card.request_three_d_secure },
    },
  };
}

type LastError = NonNullable<Stripe.PaymentIntent["last_payment_error"]>;

/** Builds `last_payment_error` for a declined charge. */
export function declinedError(
  decline: Decline,
  method: Stripe.PaymentMethod,
  chargeId: string | undefined,
): LastError {
  return {
    ...decline,
    ...(chargeId && { charge: chargeId }),
    doc_url: docUrl(decline.code),
    payment_method: method,
    type: "card_error",
  };
}

const AUTHENTICATION_FAILURE = {
  code: "payment_intent_authentication_failure",
  message:
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
} as const;

/** Builds `last_payment_error` for a failed 3-D Secure challenge. */
export function authenticationError(method: Stripe.PaymentMethod): LastError {
  return {
    ...AUTHENTICATION_FAILURE,
    doc_url: docUrl(AUTHENTICATION_FAILURE.code),
    payment_method: method,
    type: "invalid_request_error",
  };
}

function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}`;
}

/** Builds the 402 response to a declined confirmation. */
export function declineRefusal(
  decline: Decline,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
): StripeError {
  const method = intent.last_payment_error?.payment_method;
  return new StripeError(402, {
    type: "card_error",
    ...decline,
    ...(charge && { charge: charge.id }),
    payment_intent: intent,
    ...(method && { payment_method: method }),
  });
}

/** Builds the 400 response to an action that the intent's status does not allow. */
export function unexpectedState(intent: Stripe.PaymentIntent, message: string): StripeError {
  const refusal = invalidRequest(message, undefined, "payment_intent_unexpected_state");
  return new StripeError(400, { ...refusal.fields, payment_intent: intent });
}
