import type { ParamValue } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";

/** A payment method that pays for an invoice has to be one of its customer's own. */
export async function assertOwnMethod(
  tx: Tx,
  id: ParamValue | undefined,
  customer: string,
  param: string,
): Promise<void> {
  if (typeof id !== "string") return;
  const { data: method } = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param);
  if (method.customer === customer) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    param,
    "resource_missing",
  );
}
