import type { ApiRequest, Operation } from "../../api/operation";
import { missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { textOr } from "../param-readers";
import { listOperation, retrieveOperation } from "../read-operations";
import { attachPaymentMethod } from "./attach-payment-method";
import { checkCreateMethod, createPaymentMethod } from "./create-payment-method";
import { detachPaymentMethod } from "./detach-payment-method";
import { checkUpdateMethod, updatePaymentMethod } from "./update-payment-method";

export const paymentMethodOperations: readonly Operation[] = [
  { id: "PaymentMethods.create", check: checkCreateMethod, run: createPaymentMethod },
  retrieveOperation("PaymentMethods.retrieve", "payment_method", "payment_method"),
  listOperation("PaymentMethods.list", "payment_method", ["customer", "type", "allow_redisplay"]),
  { id: "PaymentMethods.update", check: checkUpdateMethod, run: updatePaymentMethod },
  { id: "PaymentMethods.attach", check: checkAttach, run: attach },
  { id: "PaymentMethods.detach", run: (tx, { ids }) => detachPaymentMethod(tx, ids.payment_method ?? "") },
];

function checkAttach({ params }: ApiRequest): void {
  if (typeof params.customer !== "string") throw missingParameter("customer");
}

async function attach(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.PaymentMethod> {
  const customer = textOr(params.customer, "");
  await loadReferenced(tx, "customer", customer, "customer", "lock");
  return attachPaymentMethod(tx, ids.payment_method ?? "", customer, "payment_method");
}
