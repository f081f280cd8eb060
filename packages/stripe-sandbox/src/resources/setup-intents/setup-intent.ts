import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

export interface SetupIntentInput {
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  allowedPaymentMethodTypes: string[] | null;
  automaticPaymentMethods?: Stripe.SetupIntent.AutomaticPaymentMethods | null;
  usage?: "off_session" | "on_session";
}

export function buildSetupIntent(tx: Tx, input: SetupIntentInput): Stripe.SetupIntent {
  const id = newStripeId("seti");
  return {
    id,
    object: "setup_intent",
    allowed_payment_method_types:
      input.allowedPaymentMethodTypes as Stripe.SetupIntent["allowed_payment_method_types"],
    application: null,
    automatic_payment_methods: input.automaticPaymentMethods ?? null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomLetters(30)}`,
    created: tx.now,
    customer: input.customer,
    customer_account: null,
    description: input.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: input.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: "automatic" },
    },
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: "requires_payment_method",
    usage: input.usage ?? "off_session",
  };
}

export function setupIntentSaveOptions(intent: Stripe.SetupIntent): SaveOptions {
  return {
    refs: {
      customer: intent.customer as string | null,
      payment_method: intent.payment_method as string | null,
    },
  };
}
