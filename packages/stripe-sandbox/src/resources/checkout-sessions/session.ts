import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import {
  findObject,
  findObjects,
  type SaveOptions,
  type StoredObject,
  updateObject,
} from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { BusinessTaxId } from "../../tax/tax-table";
import { enumOr, isEnabled, listOf, mapOf, mergeMetadata, numberOr, textOr, textsOf } from "../params";

export type Session = Stripe.Checkout.Session;

/** What the payer entered on the page. */
export interface PayerDetails {
  email: string;
  name: string;
  address: Stripe.Address;
  taxId: BusinessTaxId | undefined;
}

/** Stored with a session and never returned. */
export interface SessionSecrets extends Record<string, unknown> {
  updatesAddress: boolean;
  updatesName: boolean;
  /** The part of `url` after `#`, stored because `url` becomes null. */
  fragment: string;
  payment: {
    captureMethod: "automatic_async" | "manual";
    description: string | null;
    metadata: Record<string, string>;
    receiptEmail: string | null;
    setupFutureUsage: "off_session" | "on_session" | null;
    shipping: Stripe.PaymentIntent.Shipping | null;
    statementDescriptorSuffix: string | null;
  };
  /** From the latest payment attempt; needed when the customer returns from 3-D Secure. */
  payer?: PayerDetails;
}

export async function saveSession(tx: Tx, session: Session): Promise<void> {
  await updateObject(tx, session, sessionSaveOptions(session));
}

export function sessionSaveOptions(session: Session): SaveOptions {
  return {
    refs: {
      customer: session.customer as string | null,
      payment_intent: session.payment_intent as string | null,
      setup_intent: session.setup_intent as string | null,
      status: session.status,
      email: session.customer_details?.email ?? null,
    },
    dueAt: session.status === "open" ? session.expires_at : null,
  };
}

/**
 * Tells whether the session can still be paid. One past its `expires_at` cannot, even if its status is not updated
 * yet.
 */
export function isOpen(session: Session, now: number): boolean {
  return session.status === "open" && now < session.expires_at;
}

const DEFAULT_LIFETIME_SECONDS = 24 * 3600;

/** Builds an open session from the parameters, without amounts and intents. */
export function buildSession(
  tx: Tx,
  params: Params,
  fragment: string,
  customer: Stripe.Customer | undefined,
): Session {
  const id = newStripeId("cs");
  const isPayment = params.mode === "payment";
  const uiMode = enumOr<NonNullable<Session["ui_mode"]>>(params.ui_mode, "hosted_page");
  const isHosted = uiMode === "hosted_page";
  const email = customer?.email ?? textOr(params.customer_email, null);
  const allowed = textsOf(params.allowed_payment_method_types) ?? null;
  const excluded = textsOf(params.excluded_payment_method_types);
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
    billing_address_collection: enumOr(params.billing_address_collection, null),
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
    locale: enumOr(params.locale, null),
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode: isPayment ? "payment" : "setup",
    origin_context: enumOr(params.origin_context, null),
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
    submit_type: enumOr(params.submit_type, null),
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
  const filters = textsOf(options?.allow_redisplay_filters) ?? ["always"];
  return {
    allow_redisplay_filters:
      filters as Stripe.Checkout.Session.SavedPaymentMethodOptions["allow_redisplay_filters"],
    payment_method_remove: enumOr(options?.payment_method_remove, "disabled"),
    payment_method_save: enumOr(options?.payment_method_save, null),
  };
}

/**
 * Cards always; US bank debits for payments in dollars that save nothing and are captured at once; SEPA debits only
 * if nothing else is allowed.
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
    redirect_on_completion: enumOr(params.redirect_on_completion, "always"),
    return_url: textOr(params.return_url, undefined),
  };
}

function taxIdCollection(params: Params): Stripe.Checkout.Session.TaxIdCollection {
  const required = mapOf(params.tax_id_collection)?.required;
  return {
    enabled: isEnabled(params.tax_id_collection),
    required: enumOr(required, "never"),
  };
}

/** Locks and returns the session that created an intent, if one did. */
export async function findSessionOf(
  tx: Tx,
  field: "payment_intent" | "setup_intent",
  intentId: string,
): Promise<StoredObject<Session> | undefined> {
  const [found] = await findObjects<Session>(tx, "checkout.session", { [field]: intentId });
  return found && findObject<Session>(tx, "checkout.session", found.data.id, "lock");
}
