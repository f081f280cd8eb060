import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { usablePaymentMethod } from "./usable-payment-method";

/** The payment method that `payment_method` names, an alias too; undefined when the parameter is not there. */
export async function methodFromParams(
  tx: Tx,
  params: Params,
  customer: string | null,
): Promise<Stripe.PaymentMethod | undefined> {
  if (typeof params.payment_method !== "string") return undefined;
  return usablePaymentMethod(tx, params.payment_method, customer, "payment_method");
}
