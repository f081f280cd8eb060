import { listObjects } from "../../api/list-objects";
import type { ApiRequest, Operation } from "../../api/operation";
import { missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { mapOf } from "../param-readers";
import { retrieveOperation } from "../read-operations";

export const invoicePaymentOperations: readonly Operation[] = [
  retrieveOperation("InvoicePayments.retrieve", "invoice_payment", "invoice_payment"),
  { id: "InvoicePayments.list", check: checkList, run: listPayments },
];

/** A filter by payment has to name the payment of the type that it says. */
function checkList({ params }: ApiRequest): void {
  const payment = mapOf(params.payment);
  if (!payment) return;
  const type = String(payment.type);
  if (payment[type] === undefined) throw missingParameter(`payment[${type}]`);
}

function listPayments(tx: Tx, request: ApiRequest) {
  const payment = mapOf(request.params.payment);
  const intent = payment?.payment_intent ?? payment?.payment_record;
  return listObjects(tx, request, {
    type: "invoice_payment",
    noun: "invoice_payment",
    filters: ["invoice", "status"],
    // Payment records are never made here, so nothing is found by one.
    refs: typeof intent === "string" ? { payment_intent: intent } : {},
  });
}
