import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { enumOr, mapOf, mergeMetadata, numberOr, readAddress, textOr, textsOf, updatedText } from "../params";

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

/** Applies the parameters of a create or an update. */
export function applyCustomerParams(customer: Stripe.Customer, params: Params): Stripe.Customer {
  return {
    ...customer,
    ...(params.address !== undefined && { address: readAddress(params.address) }),
    balance: numberOr(params.balance, customer.balance),
    description: updatedText(params.description, customer.description),
    email: updatedText(params.email, customer.email),
    invoice_prefix: textOr(params.invoice_prefix, customer.invoice_prefix ?? undefined),
    invoice_settings: applyInvoiceSettings(customer.invoice_settings, params),
    metadata: mergeMetadata(customer.metadata, params.metadata),
    name: updatedText(params.name, customer.name ?? null),
    next_invoice_sequence: numberOr(params.next_invoice_sequence, customer.next_invoice_sequence),
    phone: updatedText(params.phone, customer.phone ?? null),
    preferred_locales: textsOf(params.preferred_locales) ?? customer.preferred_locales,
    ...(params.shipping !== undefined && { shipping: readShipping(params) }),
    tax_exempt: enumOr(params.tax_exempt, customer.tax_exempt),
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
    address: readAddress(shipping.address) ?? undefined,
    name: textOr(shipping.name, undefined),
    phone: textOr(shipping.phone, null),
  } as Stripe.Customer.Shipping;
}

export function customerSaveOptions(customer: Stripe.Customer): SaveOptions {
  return { refs: { email: customer.email } };
}

/** Stores and announces a changed customer; does nothing if nothing changed. */
export async function saveCustomer(tx: Tx, before: Stripe.Customer, after: Stripe.Customer): Promise<void> {
  const previous = changedAttributes(before, after);
  if (!previous) return;
  await updateObject(tx, after, customerSaveOptions(after));
  await recordEvent(tx, "customer.updated", after, previous);
}

/** @throws StripeError 400 for a payment method that does not belong to the customer; a missing one passes */
export async function assertOwnMethod(tx: Tx, id: unknown, customer: string, param: string): Promise<void> {
  if (typeof id !== "string") return;
  const { data: method } = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param);
  if (method.customer === customer) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    param,
    "resource_missing",
  );
}
