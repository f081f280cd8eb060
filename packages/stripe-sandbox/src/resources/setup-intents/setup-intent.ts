import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Decline } from "../../cards/declines";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { authenticationResult } from "../charges/charge";

interface SetupIntentInput {
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

/** Stores a new intent and announces it. */
export async function insertSetupIntent(tx: Tx, intent: Stripe.SetupIntent): Promise<void> {
  await insertObject(tx, intent, { refs: intentRefs(intent) });
  await recordEvent(tx, "setup_intent.created", intent);
}

export async function saveSetupIntent(tx: Tx, intent: Stripe.SetupIntent): Promise<void> {
  await updateObject(tx, intent, { refs: intentRefs(intent) });
}

function intentRefs(intent: Stripe.SetupIntent) {
  return {
    customer: intent.customer as string | null,
    payment_method: intent.payment_method as string | null,
  };
}

interface AttemptState {
  status: "succeeded" | "failed" | "requires_action";
  decline: Decline | undefined;
  authenticated: boolean;
}

export function buildSetupAttempt(
  tx: Tx,
  intent: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  { status, decline, authenticated }: AttemptState,
): Stripe.SetupAttempt {
  return {
    id: newStripeId("setatt"),
    object: "setup_attempt",
    application: null,
    created: tx.now,
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: cardOf(method, authenticated),
    setup_error: decline
      ? {
          ...decline,
          doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll("_", "-")}`,
          payment_method: method,
          type: "card_error",
        }
      : null,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  };
}

function authenticatedSetup() {
  const { exemption_indicator: _, ...passed } = authenticationResult();
  return passed;
}

function cardOf(
  { card }: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.SetupAttempt.PaymentMethodDetails {
  if (!card) return { type: "card" };
  return {
    card: {
      brand: card.brand,
      checks: { address_line1_check: "pass", address_postal_code_check: "pass", cvc_check: "pass" },
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      three_d_secure: authenticated ? authenticatedSetup() : null,
      wallet: null,
    } as Stripe.SetupAttempt.PaymentMethodDetails.Card,
    type: "card",
  };
}

/** Builds the 402 response to a declined setup. */
export function setupRefusal(decline: Decline, intent: Stripe.SetupIntent): StripeError {
  const method = intent.last_setup_error?.payment_method;
  return new StripeError(402, {
    type: "card_error",
    ...decline,
    ...(method && { payment_method: method }),
    setup_intent: intent,
  });
}

/** Builds the 400 response to an action that the intent's status does not allow. */
export function unexpectedSetupState(intent: Stripe.SetupIntent, message: string): StripeError {
  const refusal = invalidRequest(message, undefined, "setup_intent_unexpected_state");
  return new StripeError(400, { ...refusal.fields, setup_intent: intent });
}
