import { listObjects } from "../api/list-objects";
import type { ApiRequest, Operation } from "../api/operation";
import { missingParameter } from "../api/stripe-error";
import type { Tx } from "../runtime";
import { newStripeId } from "../store/ids";
import { findObjects, insertObject, type SaveOptions, updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { retrieveOperation } from "./load-object";
import { mapOf } from "./params";

export const invoicePaymentOperations: readonly Operation[] = [
  retrieveOperation("InvoicePayments.retrieve", "invoice_payment", "invoice_payment"),
  { id: "InvoicePayments.list", check: checkList, run: listPayments },
];

/** A filter by payment needs the id that belongs to its type. */
function checkList({ params }: ApiRequest): void {
  const payment = mapOf(params.payment);
  if (!payment) return;
  const type = String(payment.type);
  if (payment[type] === undefined) throw missingParameter(`payment[${type}]`);
}

function listPayments(tx: Tx, request: ApiRequest) {
  const payment = mapOf(request.params.payment);
  const type = String(payment?.type);
  const id = payment?.[type];
  return listObjects(tx, request, {
    type: "invoice_payment",
    noun: "invoice_payment",
    filters: ["invoice", "status"],
    refs: typeof id === "string" ? { [type]: id } : {},
  });
}

export type InvoicePayment = Stripe.InvoicePayment;

interface InvoicePaymentInput {
  invoice: string;
  paymentIntent: string;
  amountCents: number;
  currency: string;
}

/** Links an invoice to the PaymentIntent that pays it. */
export async function insertInvoicePayment(tx: Tx, input: InvoicePaymentInput): Promise<InvoicePayment> {
  const payment: InvoicePayment = {
    id: newStripeId("inpay"),
    object: "invoice_payment",
    amount_paid: null,
    amount_requested: input.amountCents,
    created: tx.now,
    currency: input.currency,
    invoice: input.invoice,
    is_default: true,
    livemode: false,
    payment: { payment_intent: input.paymentIntent, type: "payment_intent" },
    status: "open",
    status_transitions: { canceled_at: null, paid_at: null },
  };
  await insertObject(tx, payment, saveOptions(payment));
  return payment;
}

/** Records that an invoice was paid outside Stripe. The payment record itself cannot be retrieved. */
export async function insertPaymentRecord(tx: Tx, invoice: Stripe.Invoice): Promise<InvoicePayment> {
  const payment: InvoicePayment = {
    id: newStripeId("inpay"),
    object: "invoice_payment",
    amount_paid: invoice.amount_due,
    amount_requested: invoice.amount_due,
    created: tx.now,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: false,
    livemode: false,
    payment: { payment_record: newStripeId("pr"), type: "payment_record" },
    status: "paid",
    status_transitions: { canceled_at: null, paid_at: tx.now },
  };
  await insertObject(tx, payment, saveOptions(payment));
  return payment;
}

export async function payInvoicePayment(tx: Tx, open: InvoicePayment): Promise<InvoicePayment> {
  return save(tx, {
    ...open,
    amount_paid: open.amount_requested,
    status: "paid",
    status_transitions: { ...open.status_transitions, paid_at: tx.now },
  });
}

export async function cancelInvoicePayment(tx: Tx, open: InvoicePayment): Promise<InvoicePayment> {
  return save(tx, {
    ...open,
    is_default: false,
    status: "canceled",
    status_transitions: { ...open.status_transitions, canceled_at: tx.now },
  });
}

export async function findOpenPayment(tx: Tx, invoice: string): Promise<InvoicePayment | undefined> {
  const [stored] = await findObjects<InvoicePayment>(tx, "invoice_payment", { invoice, status: "open" });
  return stored?.data;
}

/** Newest first. */
export async function readPayments(tx: Tx, invoice: string): Promise<InvoicePayment[]> {
  const stored = await findObjects<InvoicePayment>(tx, "invoice_payment", { invoice });
  return stored.map((payment) => payment.data);
}

export async function findPaymentOf(tx: Tx, paymentIntent: string): Promise<InvoicePayment | undefined> {
  const [stored] = await findObjects<InvoicePayment>(tx, "invoice_payment", {
    payment_intent: paymentIntent,
  });
  return stored?.data;
}

async function save(tx: Tx, payment: InvoicePayment): Promise<InvoicePayment> {
  await updateObject(tx, payment, saveOptions(payment));
  return payment;
}

function saveOptions(payment: InvoicePayment): SaveOptions {
  return {
    refs: {
      invoice: payment.invoice as string,
      payment_intent: (payment.payment.payment_intent as string | undefined) ?? null,
      payment_record: (payment.payment.payment_record as string | undefined) ?? null,
      status: payment.status,
    },
  };
}
