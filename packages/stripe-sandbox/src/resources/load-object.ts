import { noSuchObject } from "../api/stripe-error";
import type { Tx } from "../runtime";
import { findObject, type StoredObject, type StripeObject } from "../store/objects";

/** How Stripe's messages call a type, and the parameter they blame when its id is unknown. */
const messages: Record<string, { noun: string; param: string }> = {
  customer: { noun: "customer", param: "id" },
  "checkout.session": { noun: "checkout.session", param: "session" },
  payment_intent: { noun: "payment_intent", param: "intent" },
  setup_intent: { noun: "setupintent", param: "intent" },
  payment_method: { noun: "PaymentMethod", param: "payment_method" },
  charge: { noun: "charge", param: "charge" },
  refund: { noun: "refund", param: "refund" },
  dispute: { noun: "dispute", param: "dispute" },
  balance_transaction: { noun: "balance transaction", param: "id" },
  event: { noun: "event", param: "id" },
  webhook_endpoint: { noun: "webhook endpoint", param: "webhook_endpoint" },
  price: { noun: "price", param: "price" },
  invoice: { noun: "invoice", param: "invoice" },
  "billing_portal.configuration": { noun: "configuration", param: "configuration" },
  tax_id: { noun: "tax_id", param: "id" },
  invoiceitem: { noun: "invoiceitem", param: "invoiceitem" },
  invoice_payment: { noun: "invoice_payment", param: "invoice_payment" },
  product: { noun: "product", param: "id" },
};

export function nounOf(type: string): string {
  return messages[type]?.noun ?? type;
}

/**
 * The object that a path names, or 404 `resource_missing`. A deleted one is found: its stub is the answer of a GET.
 */
export async function loadObject<T extends StripeObject>(
  tx: Tx,
  type: string,
  id: string,
  lock: "lock" | "read" = "read",
): Promise<StoredObject<T>> {
  const found = await findObject<T>(tx, type, id, lock);
  if (!found) throw noSuchObject(nounOf(type), id, messages[type]?.param ?? "id");
  return found;
}

/** As `loadObject`, for changes: a deleted object is missing too. */
export async function loadLive<T extends StripeObject>(
  tx: Tx,
  type: string,
  id: string,
): Promise<StoredObject<T>> {
  const found = await loadObject<T>(tx, type, id, "lock");
  if (found.deleted) throw noSuchObject(nounOf(type), id, messages[type]?.param ?? "id");
  return found;
}

/** The object that a parameter names, or 400 `resource_missing` for that parameter. */
export async function loadReferenced<T extends StripeObject>(
  tx: Tx,
  type: string,
  id: string,
  param: string,
  lock: "lock" | "read" = "read",
): Promise<StoredObject<T>> {
  const found = await findObject<T>(tx, type, id, lock);
  if (!found || found.deleted) throw noSuchObject(nounOf(type), id, param, 400);
  return found;
}
