import type Stripe from "stripe";

type SessionParams = Stripe.Checkout.SessionCreateParams;

/**
 * A top-up session as the app creates it, but without invoice creation: most tests are only about the payment.
 * Tests of the session's invoice turn it on.
 */
export function topUpParams(customer: string, changes: Partial<SessionParams> = {}): SessionParams {
  const metadata = {
    topup_intent_id: "topup_1",
    customer_id: "cust_1",
    amount_usd_cents: "2500",
    kind: "topup",
  };
  return {
    mode: "payment",
    ui_mode: "hosted_page",
    customer,
    client_reference_id: "topup_1",
    metadata,
    payment_intent_data: { metadata, description: "Balance top-up $25.00" },
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: "usd",
          unit_amount: 2500,
          tax_behavior: "exclusive",
          product_data: { name: "Balance top-up", tax_code: "txcd_10000000" },
        },
      },
    ],
    automatic_tax: { enabled: true },
    billing_address_collection: "required",
    customer_update: { address: "auto", name: "auto" },
    tax_id_collection: { enabled: true },
    adaptive_pricing: { enabled: true },
    invoice_creation: { enabled: false, invoice_data: { description: "Balance top-up", metadata } },
    saved_payment_method_options: {
      payment_method_save: "enabled",
      allow_redisplay_filters: ["always", "limited"],
    },
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    success_url: "http://127.0.0.1:9/billing?topup=success&intent=topup_1&session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "http://127.0.0.1:9/billing?topup=cancelled&intent=topup_1",
    ...changes,
  };
}

/** The session that saves a card, exactly as the app creates it. */
export function cardSetupParams(customer: string, changes: Partial<SessionParams> = {}): SessionParams {
  return {
    mode: "setup",
    ui_mode: "hosted_page",
    customer,
    currency: "usd",
    allowed_payment_method_types: ["card"],
    setup_intent_data: { metadata: { kind: "setup" }, description: "Save a card" },
    metadata: { kind: "setup", customer_id: "cust_1" },
    client_reference_id: "setup_1",
    billing_address_collection: "required",
    success_url: "http://127.0.0.1:9/billing?topup=success&mode=setup&intent=setup_1",
    cancel_url: "http://127.0.0.1:9/billing?topup=cancelled&mode=setup&intent=setup_1",
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    ...changes,
  };
}

/** What a customer enters on the hosted page; Oregon, so no tax. */
export const pageFields = {
  action: "pay",
  email: "jenny@example.com",
  name: "Jenny Rosen",
  country: "US",
  line1: "1 Main Street",
  line2: "",
  city: "Portland",
  state: "OR",
  postalCode: "97201",
  taxId: "",
  cardNumber: "4242 4242 4242 4242",
  expiry: "12 / 34",
  cvc: "123",
};
