import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { readAddress } from "../address";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf, numberOr, textOr, updatedText } from "../param-readers";

/** A customer without anything set. */
export function emptyCustomer(tx: Tx): Stripe.Customer {
  return {
    id: newStripeId("cus"),
    object: "customer",
    address: null,
    balance: 0,
    created: tx.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomLetters(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}

/** The customer with the parameters of a create or an update applied. Both take the same ones. */
export function applyCustomerParams(customer: Stripe.Customer, params: Params): Stripe.Customer {
  return {
    ...customer,
    ...(params.address !== undefined && { address: readAddress(params.address) as Stripe.Address | null }),
    balance: numberOr(params.balance, customer.balance),
    description: updatedText(params.description, customer.description),
    email: updatedText(params.email, customer.email),
    invoice_prefix: textOr(params.invoice_prefix, customer.invoice_prefix ?? undefined),
    invoice_settings: applyInvoiceSettings(customer.invoice_settings, params),
    metadata: mergeMetadata(customer.metadata, params.metadata),
    name: updatedText(params.name, customer.name ?? null),
    next_invoice_sequence: numberOr(params.next_invoice_sequence, customer.next_invoice_sequence),
    phone: updatedText(params.phone, customer.phone ?? null),
    preferred_locales: listOf(params.preferred_locales)?.map(String) ?? customer.preferred_locales,
    ...(params.shipping !== undefined && { shipping: readShipping(params) }),
    tax_exempt: textOr(params.tax_exempt, customer.tax_exempt) as Stripe.Customer.TaxExempt,
  };
}

function applyInvoiceSettings(
  current: Stripe.Customer.InvoiceSettings,
  params: Params,
): Stripe.Customer.InvoiceSettings {
  const change = mapOf(params.invoice_settings);
  if (!change) return current;
  return {
    ...current,
    default_payment_method: updatedText(
      change.default_payment_method,
      current.default_payment_method as string | null,
    ),
    footer: updatedText(change.footer, current.footer),
  };
}

function readShipping(params: Params): Stripe.Customer.Shipping | null {
  const shipping = mapOf(params.shipping);
  if (!shipping) return null;
  return {
    address: (readAddress(shipping.address) ?? undefined) as Stripe.Address | undefined,
    name: textOr(shipping.name, undefined),
    phone: textOr(shipping.phone, null),
  } as Stripe.Customer.Shipping;
}

export function customerSaveOptions(customer: Stripe.Customer): SaveOptions {
  return { refs: { email: customer.email } };
}
