import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

export type InvoicePayment = Stripe.InvoicePayment;

export interface InvoicePaymentInput {
  invoice: string;
  paymentIntent: string;
  amountCents: number;
  currency: string;
}

/** The link between an invoice and the PaymentIntent that is to pay it. */
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

/** The payment by which the invoice waits to be paid, if it waits. */
export async function findOpenPayment(tx: Tx, invoice: string): Promise<InvoicePayment | undefined> {
  const [stored] = await findObjects<InvoicePayment>(tx, "invoice_payment", { invoice, status: "open" });
  return stored?.data;
}

/** All payments that an invoice ever waited for, newest first. */
export async function readPayments(tx: Tx, invoice: string): Promise<InvoicePayment[]> {
  const stored = await findObjects<InvoicePayment>(tx, "invoice_payment", { invoice });
  return stored.map((payment) => payment.data);
}

/** The payment that a PaymentIntent is for, if it is for an invoice. */
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
      payment_intent: payment.payment.payment_intent as string,
      status: payment.status,
    },
  };
}
