import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { cancelInvoicePayment, findOpenPayment } from "../invoice-payments/invoice-payment";
import { loadObject } from "../load-object";
import { releaseIntent } from "../payment-intents/release-intent";

/** Ends the PaymentIntent by which an invoice could still have been paid. */
export async function cancelInvoiceIntent(
  tx: Tx,
  invoiceId: string,
  reason: "automatic" | "void_invoice",
): Promise<void> {
  const payment = await findOpenPayment(tx, invoiceId);
  if (!payment) return;
  const id = String(payment.payment.payment_intent);
  const { data: intent } = await loadObject<Stripe.PaymentIntent>(tx, "payment_intent", id, "lock");
  await releaseIntent(tx, intent, reason);
  await cancelInvoicePayment(tx, payment);
}
