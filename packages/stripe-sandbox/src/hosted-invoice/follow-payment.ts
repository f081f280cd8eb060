import type { Followed } from "../checkout/follow-payment";
import { findPaymentOf } from "../resources/invoice-payments/invoice-payment";
import { failPayment, requireAction } from "../resources/invoices/fail-payment";
import { loadInvoice } from "../resources/invoices/load-invoice";
import { settleInvoice } from "../resources/invoices/settle-invoice";
import type { PaymentResult } from "../resources/payment-intents/payment-result";
import type { Tx } from "../runtime";

/**
 * What a payment away from the page means for the invoice that was to be paid. A card's success has settled it
 * already, and a payment that is still processing is neither.
 */
export async function followPaymentInInvoice(
  tx: Tx,
  { intent }: PaymentResult,
): Promise<Followed | undefined> {
  const payment = await findPaymentOf(tx, intent.id);
  if (!payment) return undefined;
  const loaded = await loadInvoice(tx, String(payment.invoice));
  const page = loaded.invoice.hosted_invoice_url ?? null;
  if (payment.status !== "open") return { goTo: page };
  if (intent.status === "succeeded") await settleInvoice(tx, loaded, payment);
  if (intent.status === "requires_action") await requireAction(tx, loaded);
  if (intent.status !== "requires_payment_method") return { goTo: page };
  await failPayment(tx, loaded);
  return { goTo: page && `${page}?tried` };
}
