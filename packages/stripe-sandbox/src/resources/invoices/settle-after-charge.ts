import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { findPaymentOf } from "../invoice-payments/invoice-payment";
import { loadInvoice } from "./load-invoice";
import { settleInvoice } from "./settle-invoice";

/** Pays the invoice that a charge was for, by whatever way the charge came about: the API, the page or 3-D Secure. */
export async function settleAfterCharge(tx: Tx, charge: Stripe.Charge): Promise<void> {
  if (typeof charge.payment_intent !== "string") return;
  const payment = await findPaymentOf(tx, charge.payment_intent);
  if (payment?.status !== "open") return;
  await settleInvoice(tx, await loadInvoice(tx, String(payment.invoice)), payment);
}
