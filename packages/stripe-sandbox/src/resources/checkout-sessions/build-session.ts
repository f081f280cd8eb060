import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { isEnabled, listOf, mapOf, numberOr, textOr } from "../param-readers";
import type { Session } from "./session";

const DEFAULT_LIFETIME_SECONDS = 24 * 3600;

/** A new open session with everything the parameters say; amounts and intents are filled in afterwards. */
export function buildSession(
  tx: Tx,
  params: Params,
  fragment: string,
  customer: Stripe.Customer | undefined,
): Session {
  const id = newStripeId("cs");
  const isPayment = params.mode === "payment";
  const uiMode = textOr(params.ui_mode, "hosted_page") as NonNullable<Session["ui_mode"]>;
  const isHosted = uiMode === "hosted_page";
  const email = customer?.email ?? textOr(params.customer_email, null);
  const allowed = listOf(params.allowed_payment_method_types)?.map(String) ?? null;
  const excluded = listOf(params.excluded_payment_method_types)?.map(String);
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: isPayment ? { enabled: mapOf(params.adaptive_pricing)?.enabled !== false } : null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: allowed,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: automaticTax(isEnabled(params.automatic_tax)),
    billing_address_collection: textOr(
      params.billing_address_collection,
      null,
    ) as Session["billing_address_collection"],
    cancel_url: textOr(params.cancel_url, null),
    client_reference_id: textOr(params.client_reference_id, null),
    client_secret: isHosted ? null : `${id}_secret_${randomLetters(40)}`,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    created: tx.now,
    currency: textOr(params.currency, null)?.toLowerCase() ?? null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: customText(params),
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer || !isPayment ? null : "if_required",
    customer_details: email === null ? null : initialDetails(customer, email),
    customer_email: textOr(params.customer_email, null),
    discounts: isPayment ? [] : null,
    ...(excluded && { excluded_payment_method_types: excluded }),
    expires_at: numberOr(params.expires_at, tx.now + DEFAULT_LIFETIME_SECONDS),
    integration_identifier: textOr(params.integration_identifier, null),
    invoice: null,
    invoice_creation: isPayment ? invoiceCreation(params) : null,
    livemode: false,
    locale: textOr(params.locale, null) as Session["locale"],
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode: isPayment ? "payment" : "setup",
    origin_context: textOr(params.origin_context, null) as Session["origin_context"],
    payment_intent: null,
    payment_link: null,
    payment_method_collection: isPayment ? "if_required" : "always",
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: "automatic" } },
    payment_method_types: paymentMethodTypes(params),
    payment_status: isPayment ? "unpaid" : "no_payment_required",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    ...(!isHosted && redirects(params)),
    saved_payment_method_options: isPayment && customer ? savedMethodOptions(params) : null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: textOr(params.submit_type, null) as Session["submit_type"],
    subscription: null,
    success_url: textOr(params.success_url, null),
    tax_id_collection: taxIdCollection(params),
    total_details: null,
    ui_mode: uiMode,
    url: isHosted ? `${tx.publicUrl}/c/pay/${id}#${fragment}` : null,
    wallet_options: null,
  } as Session;
}

function automaticTax(enabled: boolean): Stripe.Checkout.Session.AutomaticTax {
  return {
    enabled,
    liability: enabled ? { type: "self" } : null,
    provider: enabled ? "stripe" : null,
    status: null,
  };
}

function customText(params: Params): Stripe.Checkout.Session.CustomText {
  const text = mapOf(params.custom_text);
  const part = (name: string) => {
    const message = mapOf(text?.[name])?.message;
    return typeof message === "string" ? { message } : null;
  };
  return {
    after_submit: part("after_submit"),
    shipping_address: part("shipping_address"),
    submit: part("submit"),
    terms_of_service_acceptance: part("terms_of_service_acceptance"),
  };
}

function initialDetails(
  customer: Stripe.Customer | undefined,
  email: string,
): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: customer?.tax_exempt ?? "none",
    tax_ids: null,
  };
}

function invoiceCreation(params: Params): Stripe.Checkout.Session.InvoiceCreation {
  const data = mapOf(mapOf(params.invoice_creation)?.invoice_data);
  return {
    enabled: isEnabled(params.invoice_creation),
    invoice_data: {
      account_tax_ids: null,
      custom_fields: null,
      description: textOr(data?.description, null),
      footer: textOr(data?.footer, null),
      issuer: null,
      metadata: mergeMetadata({}, data?.metadata),
      rendering_options: null,
    },
  };
}

function savedMethodOptions(params: Params): Stripe.Checkout.Session.SavedPaymentMethodOptions {
  const options = mapOf(params.saved_payment_method_options);
  const filters = listOf(options?.allow_redisplay_filters)?.map(String) ?? ["always"];
  return {
    allow_redisplay_filters:
      filters as Stripe.Checkout.Session.SavedPaymentMethodOptions["allow_redisplay_filters"],
    payment_method_remove: textOr(options?.payment_method_remove, "disabled") as "disabled" | "enabled",
    payment_method_save: textOr(options?.payment_method_save, null) as "disabled" | "enabled" | null,
  };
}

/**
 * The sandbox's account takes cards, and bank debits for payments in dollars that keep nothing for later. SEPA debits
 * only where they are all that is allowed.
 */
function paymentMethodTypes(params: Params): string[] {
  if (!isWanted(params, "card") && isWanted(params, "sepa_debit")) return ["sepa_debit"];
  const payment = mapOf(params.payment_intent_data);
  const isPlain = payment?.setup_future_usage === undefined && payment?.capture_method !== "manual";
  const takesBanks = params.mode === "payment" && isPlain && isWanted(params, "us_bank_account");
  return takesBanks ? ["card", "us_bank_account"] : ["card"];
}

function isWanted(params: Params, type: string): boolean {
  const allowed = listOf(params.allowed_payment_method_types);
  const excluded = listOf(params.excluded_payment_method_types) ?? [];
  return (!allowed || allowed.includes(type)) && !excluded.includes(type);
}

function redirects(params: Params): Pick<Session, "redirect_on_completion" | "return_url"> {
  return {
    redirect_on_completion: textOr(
      params.redirect_on_completion,
      "always",
    ) as Session["redirect_on_completion"],
    return_url: textOr(params.return_url, undefined),
  };
}

function taxIdCollection(params: Params): Stripe.Checkout.Session.TaxIdCollection {
  const required = mapOf(params.tax_id_collection)?.required;
  return {
    enabled: isEnabled(params.tax_id_collection),
    required: textOr(required, "never") as Stripe.Checkout.Session.TaxIdCollection.Required,
  };
}
