import type { ApiRequest } from "../../api/operation";
import { invalidRequest } from "../../api/stripe-error";

/** Of Connect, of bank transfers, and of ways to pay that cannot be refunded by themselves. */
const NOT_BUILT = [
  "currency",
  "customer",
  "instructions_email",
  "origin",
  "refund_application_fee",
  "reverse_transfer",
];

/** Rules between the parameters of a new refund. What needs the charge is checked when it is made. */
export function checkNewRefund({ params }: ApiRequest): void {
  const name = NOT_BUILT.find((candidate) => params[candidate] !== undefined && params[candidate] !== false);
  if (name) throw invalidRequest(`This sandbox does not support the parameter ${name} yet.`, name);
  const { charge, payment_intent: intent, amount } = params;
  if (charge === undefined && intent === undefined) {
    throw invalidRequest(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  if (charge !== undefined && intent !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: payment_intent, charge.");
  }
  if (typeof amount === "number" && amount < 1) {
    throw invalidRequest(
      "This value must be greater than or equal to 1.",
      "amount",
      "parameter_invalid_integer",
    );
  }
}
