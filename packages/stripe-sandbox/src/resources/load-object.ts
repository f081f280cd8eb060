import { listObjects } from "../api/list-objects";
import type { Operation } from "../api/operation";
import type { Params } from "../api/request-schema";
import { noSuchObject } from "../api/stripe-error";
import type { Tx } from "../runtime";
import { findObject, type StoredObject, type StripeObject } from "../store/objects";

/** The name of each type in Stripe's error messages, and the parameter that they blame. */
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
  payout: { noun: "payout", param: "payout" },
  "radar.early_fraud_warning": { noun: "early_fraud_warning", param: "early_fraud_warning" },
  credit_note: { noun: "credit_note", param: "id" },
  customer_balance_transaction: { noun: "customer_balance_transaction", param: "id" },
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
 * Returns an object by the id in the path. A deleted one is returned too: GET responds with its stub.
 *
 * @throws StripeError 404 `resource_missing`
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

/**
 * Locks and returns an object to change it.
 *
 * @throws StripeError 404 `resource_missing`, also for a deleted object
 */
export async function loadLive<T extends StripeObject>(
  tx: Tx,
  type: string,
  id: string,
): Promise<StoredObject<T>> {
  const found = await loadObject<T>(tx, type, id, "lock");
  if (found.deleted) throw noSuchObject(nounOf(type), id, messages[type]?.param ?? "id");
  return found;
}

/**
 * Returns an object by the id in a parameter.
 *
 * @throws StripeError 400 `resource_missing`, also for a deleted object
 */
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

/**
 * Returns the id in the parameter `customer`, or null if it is missing.
 *
 * @throws StripeError 400 for an unknown customer
 */
export async function customerFromParams(tx: Tx, { customer }: Params): Promise<string | null> {
  if (typeof customer !== "string") return null;
  await loadReferenced(tx, "customer", customer, "customer");
  return customer;
}

/** Returns the ids of all objects of a type that are due, in the order of `due_at`. */
export async function findDueIds(tx: Tx, type: string): Promise<string[]> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = $1 AND due_at <= $2 ORDER BY due_at, seq",
    [type, tx.now],
  );
  return due.map(({ id }) => id);
}

/** Tells whether a locked object is still due: a concurrent transaction may have handled it. */
export async function isStillDue(tx: Tx, id: string): Promise<boolean> {
  const [row] = await tx.query("SELECT 1 FROM object WHERE id = $1 AND due_at <= $2", [id, tx.now]);
  return row !== undefined;
}

/** `GET /v1/things/{id}`, for a type that is returned as stored. */
export function retrieveOperation(id: string, type: string, pathId: string): Operation {
  return {
    id,
    run: async (tx, { ids }) => (await loadObject(tx, type, ids[pathId] ?? "")).data,
  };
}

/** `GET /v1/things`, with filters on the refs of the same names. */
export function listOperation(id: string, type: string, filters: readonly string[]): Operation {
  return {
    id,
    run: (tx, request) => listObjects(tx, request, { type, noun: nounOf(type), filters }),
  };
}
