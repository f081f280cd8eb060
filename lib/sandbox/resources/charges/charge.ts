import type { Decline } from "../../cards/declines";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { Stripe } from "../../stripe-types";

/** A charge of the intent's whole amount: captured at once, or failed with the given decline. */
export function buildCharge(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
): Stripe.Charge {
  const id = newStripeId("ch");
  return {
    id,
    object: "charge",
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: statementDescriptor(intent),
    captured: !decline,
    created: tx.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: decline ? declinedOutcome(decline) : AUTHORIZED,
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(intent, method, decline),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: decline ? null : `${tx.publicUrl}/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? "failed" : "succeeded",
    transfer_data: null,
    transfer_group: null,
  };
}

const AUTHORIZED: Stripe.Charge.Outcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: "approved_by_network",
  reason: null,
  risk_level: "normal",
  risk_score: 12,
  seller_message: "Payment complete.",
  type: "authorized",
};

function declinedOutcome(decline: Decline): Stripe.Charge.Outcome {
  return {
    ...AUTHORIZED,
    advice_code: decline.advice_code,
    network_status: "declined_by_network",
    reason: decline.decline_code,
    seller_message: "The bank did not return any further details with this decline.",
    type: "issuer_declined",
  };
}

function statementDescriptor(intent: Stripe.PaymentIntent): string {
  const suffix = intent.statement_descriptor_suffix;
  return suffix ? `SANDBOX* ${suffix}`.slice(0, 22) : "SANDBOX";
}

function cardDetails(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline | undefined,
): Stripe.Charge.PaymentMethodDetails {
  const card = method.card;
  if (!card) throw new Error(`${method.id} is not a card`);
  return {
    card: {
      amount_authorized: decline ? null : intent.amount,
      authorization_code: decline ? null : randomLetters(6).toUpperCase(),
      brand: card.brand,
      checks: {
        address_line1_check: "pass",
        address_postal_code_check: "pass",
        cvc_check: decline?.code === "incorrect_cvc" ? "fail" : "pass",
      },
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: { status: "disabled" },
      fingerprint: card.fingerprint,
      funding: card.funding,
      incremental_authorization: { status: "unavailable" },
      installments: null,
      last4: card.last4,
      mandate: null,
      multicapture: { status: "unavailable" },
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: decline ? null : randomLetters(15).toUpperCase(),
      overcapture: { maximum_amount_capturable: intent.amount, status: "unavailable" },
      regulated_status: "unregulated",
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    } as Stripe.Charge.PaymentMethodDetails.Card,
    type: "card",
  };
}
