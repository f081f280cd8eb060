import type { Decline } from "../../cards/declines";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { Stripe } from "../../stripe-types";
import { bankDetails } from "./bank-details";
import { cardDetails } from "./card-details";

/** How a charge begins: taken, only authorized, on its way through a bank, or refused. */
export type ChargeStart =
  | { kind: "captured" | "authorized"; authenticated: boolean }
  | { kind: "pending" }
  | { kind: "failed"; decline: Decline; authenticated: boolean };

/** A charge of the intent's whole amount. */
export function buildCharge(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  start: ChargeStart,
): Stripe.Charge {
  const id = newStripeId("ch");
  const decline = start.kind === "failed" ? start.decline : undefined;
  // A bank debit counts as captured while it is still on its way; only a card can be held.
  const captured = start.kind === "captured" || start.kind === "pending";
  return {
    id,
    object: "charge",
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: statementDescriptor(intent),
    captured,
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
    paid: start.kind === "captured" || start.kind === "authorized",
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(tx, intent, method, start),
    ...(intent.presentment_details && { presentment_details: intent.presentment_details }),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: start.kind === "failed" ? null : `${tx.publicUrl}/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: start.kind === "pending" || start.kind === "failed" ? start.kind : "succeeded",
    transfer_data: null,
    transfer_group: null,
  };
}

function methodDetails(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  start: ChargeStart,
): Stripe.Charge.PaymentMethodDetails {
  if (start.kind === "pending") return bankDetails(method, tx.now);
  return cardDetails(intent.amount, method, {
    decline: start.kind === "failed" ? start.decline : undefined,
    captured: start.kind === "captured",
    authenticated: start.authenticated,
    now: tx.now,
  });
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
    advice_code: decline.advice_code ?? null,
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
