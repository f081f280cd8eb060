import type { Operation } from "../../api/operation";
import type { Decline } from "../../cards/declines";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { Stripe } from "../../stripe-types";
import { listOperation, retrieveOperation } from "../load-object";

export const chargeOperations: readonly Operation[] = [
  retrieveOperation("Charges.retrieve", "charge", "charge"),
  listOperation("Charges.list", "charge", ["customer", "payment_intent", "transfer_group"]),
];

type ChargeStart =
  | { kind: "captured" | "authorized"; authenticated: boolean }
  | { kind: "pending" }
  | { kind: "failed"; decline: Decline; authenticated: boolean };

/** Builds a charge of the intent's whole amount. */
export function buildCharge(
  tx: Tx,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  start: ChargeStart,
): Stripe.Charge {
  const id = newStripeId("ch");
  const decline = start.kind === "failed" ? start.decline : undefined;
  // A pending bank debit counts as captured; only card payments can be held.
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

const HOLD_SECONDS = 7 * 86_400;

interface CardChargeState {
  decline: Decline | undefined;
  captured: boolean;
  authenticated: boolean;
  now: number;
}

/** Returns when an uncaptured authorization expires. */
export function captureBefore(authorizedAt: number): number {
  return authorizedAt + HOLD_SECONDS;
}

function cardDetails(
  amountCents: number,
  method: Stripe.PaymentMethod,
  { decline, captured, authenticated, now }: CardChargeState,
): Stripe.Charge.PaymentMethodDetails {
  const card = method.card;
  if (!card) throw new Error(`${method.id} is not a card`);
  const isHeld = !decline && !captured;
  return {
    card: {
      amount_authorized: decline ? null : amountCents,
      authorization_code: decline ? null : randomLetters(6).toUpperCase(),
      brand: card.brand,
      ...(isHeld && { capture_before: captureBefore(now) }),
      checks: {
        address_line1_check: "pass",
        address_postal_code_check: "pass",
        cvc_check: decline?.code === "incorrect_cvc" ? "fail" : "pass",
      },
      country: card.country,
      electronic_commerce_indicator: authenticated ? "05" : null,
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
      overcapture: { maximum_amount_capturable: amountCents, status: "unavailable" },
      regulated_status: "unregulated",
      three_d_secure: authenticated ? authenticationResult() : null,
      transaction_link_id: null,
      wallet: null,
    } as Stripe.Charge.PaymentMethodDetails.Card,
    type: "card",
  };
}

export function authenticationResult() {
  return {
    authentication_flow: "challenge" as const,
    electronic_commerce_indicator: "05" as const,
    exemption_indicator: null,
    result: "authenticated" as const,
    result_reason: null,
    transaction_id: randomLetters(32),
    version: "2.2.0" as const,
  };
}

const DAY_SECONDS = 86_400;

function bankDetails(method: Stripe.PaymentMethod, now: number): Stripe.Charge.PaymentMethodDetails {
  if (method.sepa_debit) return sepaDetails(method.sepa_debit);
  const account = method.us_bank_account;
  if (!account) throw new Error(`${method.id} is not a bank account`);
  return {
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: account.account_holder_type,
      account_type: account.account_type,
      bank_name: account.bank_name,
      expected_debit_date: new Date((now + DAY_SECONDS) * 1000).toISOString().slice(0, 10),
      fingerprint: account.fingerprint,
      last4: account.last4,
      payment_reference: null,
      routing_number: account.routing_number,
    },
  };
}

function sepaDetails(account: Stripe.PaymentMethod.SepaDebit): Stripe.Charge.PaymentMethodDetails {
  const { bank_code, branch_code, country, fingerprint, last4 } = account;
  return {
    sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null },
    type: "sepa_debit",
  };
}
