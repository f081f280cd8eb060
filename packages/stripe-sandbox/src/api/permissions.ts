import type { OperationSpec } from "./operation-spec";
import { StripeError } from "./stripe-error";

/** The resource of a restricted key's permission, by the first part of the operation's id. */
const RESOURCES: Record<string, string> = {
  Balance: "balance",
  BalanceTransactions: "balance",
  BillingPortal: "customer_portal",
  Charges: "charge",
  Checkout: "checkout_session",
  CreditNotes: "credit_note",
  Customers: "customer",
  Disputes: "dispute",
  Events: "event",
  InvoiceItems: "invoice",
  InvoicePayments: "invoice",
  Invoices: "invoice",
  PaymentIntents: "payment_intent",
  PaymentMethods: "payment_method",
  Payouts: "payout",
  Prices: "price",
  Products: "product",
  Radar: "early_fraud_warning",
  // Stripe has one row for both in most accounts.
  Refunds: "charge",
  SetupIntents: "setup_intent",
  WebhookEndpoints: "webhook",
};

const OTHERS: Record<string, string> = {
  "Customers.listPaymentMethods": "payment_method",
  "Customers.retrievePaymentMethod": "payment_method",
};

/** The resource of each type of object that a response may expand. */
const RESOURCE_OF_OBJECT: Record<string, string> = {
  balance_transaction: "balance",
  charge: "charge",
  "checkout.session": "checkout_session",
  credit_note: "credit_note",
  customer: "customer",
  dispute: "dispute",
  invoice: "invoice",
  payment_intent: "payment_intent",
  payment_method: "payment_method",
  payout: "payout",
  price: "price",
  product: "product",
  refund: "charge",
  setup_intent: "setup_intent",
};

/** Permissions whose name Stripe's error does not tell. */
const UNNAMED = ["early_fraud_warning"];

/** Every permission that can be withheld, such as `charge_read`. */
export const PERMISSIONS: readonly string[] = [
  ...new Set([...Object.values(RESOURCES), "balance_transaction_source"]),
].flatMap((resource) => [`${resource}_read`, `${resource}_write`]);

/**
 * Checks the permission of an operation. Write includes read, so a key without `x_read` has no `x_write` either.
 *
 * @throws StripeError 403
 */
export function assertPermitted(withheld: ReadonlySet<string>, spec: OperationSpec): void {
  if (withheld.size === 0) return;
  const resource = OTHERS[spec.id] ?? RESOURCES[spec.id.split(".")[0] ?? ""];
  const access = spec.method === "GET" ? "read" : "write";
  if (resource && lacks(withheld, resource, access)) throw permissionDenied(resource, access);
}

/**
 * Checks the permission to read an object that a response expands.
 *
 * @param field `balance_transaction.source` needs a permission of its own besides the object's
 * @throws StripeError 403
 */
export function assertExpandable(withheld: ReadonlySet<string>, objectType: string, field: string): void {
  if (withheld.size === 0) return;
  const resources = [
    RESOURCE_OF_OBJECT[objectType],
    field === "balance_transaction.source" ? "balance_transaction_source" : undefined,
  ];
  const missing = resources.find((resource) => resource && lacks(withheld, resource, "read"));
  if (missing) throw permissionDenied(missing, "read");
}

function lacks(withheld: ReadonlySet<string>, resource: string, access: "read" | "write"): boolean {
  return withheld.has(`${resource}_read`) || (access === "write" && withheld.has(`${resource}_write`));
}

function permissionDenied(resource: string, access: "read" | "write"): StripeError {
  const hint = UNNAMED.includes(resource)
    ? ""
    : ` Having the 'rak_${resource}_${access}' permission would allow this request to continue.`;
  return new StripeError(403, {
    type: "invalid_request_error",
    message: `The provided key 'rk_test_*********************' does not have the required permissions for this endpoint on account 'acct_sandbox'.${hint}`,
  });
}
