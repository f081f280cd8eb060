import type { ApiRequest } from "../../api/operation";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import {
  checkCurrency,
  checkStatementDescriptor,
  checkUrl,
  isEnabled,
  mapOf,
  notSupported,
  onlyOneOf,
} from "../params";
import { checkLineItems } from "./line-items";

const MINUTE = 60;
const EARLIEST = 30 * MINUTE;
const LATEST = 24 * 60 * MINUTE;

/** Refused, because ignoring them would hide a difference from Stripe. */
const UNSUPPORTED = [
  "after_expiration",
  "allow_promotion_codes",
  "branding_settings",
  "consent_collection",
  "custom_fields",
  "customer_account",
  "discounts",
  "managed_payments",
  "name_collection",
  "optional_items",
  "payment_method_configuration",
  "payment_method_data",
  "payment_method_options",
  "permissions",
  "phone_number_collection",
  "shipping_address_collection",
  "shipping_options",
  "subscription_data",
  "wallet_options",
];

const UNSUPPORTED_INTENT_DATA = ["application_fee_amount", "on_behalf_of", "transfer_data", "transfer_group"];

const PAYMENT_ONLY = [
  "invoice_creation",
  "line_items",
  "payment_intent_data",
  "saved_payment_method_options",
];

/** Checks what needs no database; `createSession` checks the rest. */
export function checkNewSession({ params, now }: ApiRequest): void {
  refuseUnsupportedFeatures(params);
  if (params.mode === undefined) throw missingParameter("mode");
  if (params.mode === "setup") checkSetupMode(params);
  else checkPaymentMode(params);
  checkCustomer(params);
  checkUrls(params);
  checkReference(params.client_reference_id);
  checkExpiry(params.expires_at, now);
  checkCardsAllowed(params);
}

function refuseUnsupportedFeatures(params: Params): void {
  if (params.mode === "subscription") {
    throw invalidRequest("This sandbox does not support subscription mode.", "mode");
  }
  const name = UNSUPPORTED.find((candidate) => isRequested(params[candidate]));
  if (name) throw notSupported(name);
  if (params.customer_creation === "always") {
    throw invalidRequest("This sandbox does not create customers from Checkout yet.", "customer_creation");
  }
}

/** A feature that is switched off is not requested. */
function isRequested(value: ParamValue | undefined): boolean {
  if (value === undefined || value === null || value === false) return false;
  return mapOf(value)?.enabled !== false;
}

function checkSetupMode(params: Params): void {
  const refused = PAYMENT_ONLY.find((name) => params[name] !== undefined);
  if (refused) throw invalidRequest(`You can not pass \`${refused}\` in \`setup\` mode.`, refused);
  if (isEnabled(params.automatic_tax)) {
    throw invalidRequest("`automatic_tax` is not supported in `setup` mode.", "automatic_tax[enabled]");
  }
  if (isEnabled(params.tax_id_collection)) {
    throw invalidRequest(
      "`tax_id_collection` is not supported in `setup` mode.",
      "tax_id_collection[enabled]",
    );
  }
  if (params.currency === undefined && params.allowed_payment_method_types === undefined) {
    throw missingParameter("currency");
  }
  checkCurrency(params.currency, "currency");
}

function checkPaymentMode(params: Params): void {
  if (params.setup_intent_data !== undefined) {
    throw invalidRequest("You can not pass `setup_intent_data` in `payment` mode.", "setup_intent_data");
  }
  if (params.payment_method_collection !== undefined) {
    throw invalidRequest(
      "You can only set `payment_method_collection` if there are recurring prices.",
      "payment_method_collection",
    );
  }
  checkCurrency(params.currency, "currency");
  checkLineItems(params);
  checkPaymentIntentData(mapOf(params.payment_intent_data) ?? {});
  checkInvoiceCreation(params);
}

function checkPaymentIntentData(data: Params): void {
  const path = (name: string) => `payment_intent_data[${name}]`;
  checkStatementDescriptor(data, path);
  const unsupported = UNSUPPORTED_INTENT_DATA.find((name) => data[name] !== undefined);
  if (!unsupported) return;
  throw notSupported(path(unsupported));
}

function checkCustomer(params: Params): void {
  const hasCustomer = params.customer !== undefined;
  const rival = ["customer_email", "customer_creation"].find((name) => params[name] !== undefined);
  if (hasCustomer && rival) {
    throw onlyOneOf(["customer", rival], rival);
  }
  const update = mapOf(params.customer_update);
  if (update && !hasCustomer) {
    throw invalidRequest("`customer_update` can only be used with `customer`.", "customer_update");
  }
  if (!hasCustomer || !isEnabled(params.tax_id_collection)) return;
  const missing = ["name", "address"].find((field) => update?.[field] !== "auto");
  if (!missing) return;
  throw invalidRequest(
    `Tax ID collection requires updating the ${missing} on the customer. To enable tax ID collection for an existing customer, set \`customer_update[${missing}]\` to \`auto\`.`,
    `customer_update[${missing}]`,
  );
}

function checkReference(value: ParamValue | undefined): void {
  if (typeof value !== "string" || /^[A-Za-z0-9_-]{1,200}$/.test(value)) return;
  throw invalidRequest(
    "Invalid client_reference_id: it may have at most 200 characters, which are letters, digits, dashes and underscores.",
    "client_reference_id",
  );
}

function checkExpiry(value: ParamValue | undefined, now: number): void {
  if (typeof value !== "number") return;
  if (value < now + EARLIEST) {
    throw invalidRequest(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      "expires_at",
    );
  }
  if (value > now + LATEST) {
    throw invalidRequest(
      "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
      "expires_at",
    );
  }
}

function checkCardsAllowed(params: Params): void {
  const allowed = params.allowed_payment_method_types;
  if (!Array.isArray(allowed) || allowed.includes("card")) return;
  // The hosted page has no form for SEPA debits; they are paid through the API.
  if (params.mode === "payment" && allowed.includes("sepa_debit")) return;
  throw invalidRequest(
    "No valid payment method types for this Checkout Session.",
    "allowed_payment_method_types",
  );
}

/** The required URLs depend on `ui_mode`. */
function checkUrls(params: Params): void {
  const uiMode = params.ui_mode ?? "hosted_page";
  if (uiMode === "hosted_page") {
    if (params.success_url === undefined) throw missingParameter("success_url");
    if (params.return_url !== undefined) {
      throw invalidRequest("`return_url` is not supported with `ui_mode: hosted_page`.", "return_url");
    }
  } else {
    const refused = ["success_url", "cancel_url"].find((name) => params[name] !== undefined);
    if (refused)
      throw invalidRequest(`\`${refused}\` is not supported with \`ui_mode: ${uiMode}\`.`, refused);
    if (params.return_url === undefined && params.redirect_on_completion !== "never") {
      throw missingParameter("return_url");
    }
  }
  for (const name of ["success_url", "cancel_url", "return_url"]) checkUrl(params[name], name);
}

const UNSUPPORTED_INVOICE_DATA = ["account_tax_ids", "custom_fields", "issuer", "rendering_options"];

function checkInvoiceCreation(params: Params): void {
  if (!isEnabled(params.invoice_creation)) return;
  const data = mapOf(mapOf(params.invoice_creation)?.invoice_data) ?? {};
  const unsupported = UNSUPPORTED_INVOICE_DATA.find(
    (name) => data[name] !== undefined && data[name] !== null,
  );
  if (unsupported) {
    const param = `invoice_creation[invoice_data][${unsupported}]`;
    throw notSupported(param);
  }
  if (params.customer !== undefined) return;
  throw invalidRequest(
    "This sandbox can make an invoice only for a session with a customer.",
    "invoice_creation[enabled]",
  );
}
