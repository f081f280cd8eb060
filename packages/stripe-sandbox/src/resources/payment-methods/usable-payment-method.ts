import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import { cardByAlias } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import type { StoredObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { createAliasCard, type MethodSecrets } from "./payment-method";

/**
 * Returns the payment method of a parameter, for a payment or setup of the given customer. An alias such as
 * `pm_card_visa` creates a new card.
 *
 * @throws StripeError 400 for one that is unknown, used up, or belongs to another customer
 */
export async function usablePaymentMethod(
  tx: Tx,
  id: string,
  customer: string | null,
  param: string,
): Promise<Stripe.PaymentMethod> {
  const alias = cardByAlias(id);
  if (alias) return createAliasCard(tx, alias);
  const stored = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param, "lock");
  assertReusable(stored);
  const owner = stored.data.customer;
  if (owner !== null && customer === null) {
    throw invalidRequest(
      `The payment method supplied (${id}) belongs to a customer. Please include the customer in the \`customer\` parameter.`,
      param,
    );
  }
  if (owner !== null && owner !== customer) {
    throw invalidRequest(
      `The payment method supplied (${id}) does not belong to the Customer you supplied (${customer}). Please use this payment method with the Customer that it belongs to instead.`,
      param,
    );
  }
  return stored.data;
}

/** Returns the payment method of the parameter `payment_method`, or else the current one of the intent. */
export async function methodFromParams(
  tx: Tx,
  params: Params,
  customer: string | null,
  current: Stripe.PaymentIntent["payment_method"] = null,
): Promise<Stripe.PaymentMethod | undefined> {
  const id = params.payment_method ?? current;
  return typeof id === "string" ? usablePaymentMethod(tx, id, customer, "payment_method") : undefined;
}

/** @throws StripeError 400 for a payment method that was used without a customer or detached */
export function assertReusable(stored: StoredObject<Stripe.PaymentMethod>): void {
  const secrets: MethodSecrets = stored.private;
  if (!secrets.isUsedUp) return;
  throw invalidRequest(
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
  );
}
