import { cents, displayUsd, fromCents } from "@/lib/money";
import { env } from "@/lib/platform/env";
import type { CheckoutSessionParams } from "@/lib/stripe";

/** The parts of an intent that determine the parameters of its session. */
export interface CheckoutOrder {
  customerId: string;
  topUpIntentId: string;
  mode: "payment" | "setup";
  amountCents: number | null;
  savePaymentMethod: boolean;
  expiresAt: Date;
}

/**
 * Returns the parameters of a Checkout Session, except `customer`. They are stored with the intent and sent unchanged on
 * every retry, because Stripe refuses an idempotency key with other parameters.
 *
 * @see https://docs.stripe.com/api/checkout/sessions/create
 */
export function checkoutParams(order: CheckoutOrder): CheckoutSessionParams {
  const expiresAt = Math.floor(order.expiresAt.getTime() / 1000);
  const shared = {
    ui_mode: "hosted_page",
    client_reference_id: order.topUpIntentId,
    billing_address_collection: "required",
    expires_at: expiresAt,
  } as const;
  return order.mode === "setup"
    ? { ...shared, ...setupParams(order) }
    : { ...shared, ...paymentParams(order, order.amountCents ?? 0) };
}

function paymentParams(order: CheckoutOrder, amountCents: number): CheckoutSessionParams {
  const metadata = {
    kind: "topup",
    topup_intent_id: order.topUpIntentId,
    customer_id: order.customerId,
    amount_usd_cents: amountCents.toString(),
  };
  const description = `Balance top-up ${displayUsd(fromCents(cents(BigInt(amountCents))))}`;
  const settings = env();
  return {
    mode: "payment",
    metadata,
    payment_intent_data: {
      // Events of the payment do not name the session, so the payment needs the metadata too.
      metadata,
      description,
      ...(settings.STRIPE_STATEMENT_SUFFIX
        ? { statement_descriptor_suffix: settings.STRIPE_STATEMENT_SUFFIX }
        : {}),
      ...(order.savePaymentMethod ? { setup_future_usage: "off_session" } : {}),
    },
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: "usd",
          unit_amount: amountCents,
          // The subtotal is what gets credited. Tax is added on top.
          tax_behavior: "exclusive",
          product_data: { name: "Balance top-up", tax_code: settings.STRIPE_TAX_CODE },
        },
      },
    ],
    automatic_tax: { enabled: settings.STRIPE_AUTOMATIC_TAX },
    // Without `address: "auto"` Stripe cannot tax a customer who has no address yet.
    customer_update: { address: "auto", name: "auto" },
    tax_id_collection: { enabled: true },
    adaptive_pricing: { enabled: settings.STRIPE_ADAPTIVE_PRICING },
    invoice_creation: { enabled: settings.STRIPE_INVOICES, invoice_data: { description, metadata } },
    // Stripe's own checkbox, for on-session use only. It is left out when we have already asked on our page.
    ...(order.savePaymentMethod
      ? {}
      : {
          saved_payment_method_options: {
            payment_method_save: "enabled",
            allow_redisplay_filters: ["always", "limited"],
          },
        }),
    success_url: returnUrl(order, "success"),
    cancel_url: returnUrl(order, "cancelled"),
  };
}

function setupParams(order: CheckoutOrder): CheckoutSessionParams {
  const metadata = { kind: "setup", topup_intent_id: order.topUpIntentId, customer_id: order.customerId };
  return {
    mode: "setup",
    currency: "usd",
    allowed_payment_method_types: ["card"],
    metadata,
    setup_intent_data: { metadata, description: "Card for top-ups of the balance" },
    success_url: returnUrl(order, "success"),
    cancel_url: returnUrl(order, "cancelled"),
  };
}

/** Where Checkout sends the customer back. The result in the query is a message for people and proves nothing. */
function returnUrl(order: CheckoutOrder, result: "success" | "cancelled"): string {
  const query = new URLSearchParams({ topup: result });
  if (order.mode === "setup") query.set("mode", "setup");
  query.set("intent", order.topUpIntentId);
  query.set("customer", order.customerId);
  return `${env().APP_URL}/billing?${query}`;
}
