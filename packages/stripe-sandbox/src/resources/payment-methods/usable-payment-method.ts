import { invalidRequest } from "../../api/stripe-error";
import { cardByAlias } from "../../cards/test-cards";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { createAliasCard } from "./alias-card";
import { assertReusable } from "./assert-reusable";

/**
 * The payment method that a parameter names, for a payment or setup of the given customer. An alias such as
 * `pm_card_visa` makes a new card.
 *
 * @throws StripeError 400 when it is unknown, used up, or belongs to somebody else
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
