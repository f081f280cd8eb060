import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

export interface PaymentIntentInput {
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

export function paymentIntentSaveOptions(intent: Stripe.PaymentIntent): SaveOptions {
  return { refs: { customer: intent.customer as string | null } };
}
