import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { findOpenPayment } from "../invoice-payments/invoice-payment";
import { loadObject } from "../load-object";
import { type ConfirmOptions, confirmIntent } from "../payment-intents/confirm-intent";
import { declineRefusal } from "../payment-intents/payment-error";
import type { PaymentResult } from "../payment-intents/payment-result";
import { failPayment, requireAction } from "./fail-payment";
import type { Invoice } from "./invoice";
import { type LoadedInvoice, loadInvoice } from "./load-invoice";

export interface InvoiceOutcome {
  invoice: Invoice;
  intent: Stripe.PaymentIntent;
  /** Why the invoice is still open. Everything about the failed try has been written down, so it is for returning. */
  refusal: StripeError | undefined;
}

/** One try to pay an open invoice with a card, with the charge, the invoice and all their events. */
export async function chargeInvoice(
  tx: Tx,
  loaded: LoadedInvoice,
  method: Stripe.PaymentMethod,
  options: ConfirmOptions,
): Promise<InvoiceOutcome> {
  assertCard(method);
  const payment = await findOpenPayment(tx, loaded.invoice.id);
  if (!payment) throw new Error(`${loaded.invoice.id} is open and waits for no payment`);
  const intentId = String(payment.payment.payment_intent);
  const { data: intent } = await loadObject<Stripe.PaymentIntent>(tx, "payment_intent", intentId, "lock");
  // A charge that succeeds settles the invoice by itself: `settleAfterCharge`.
  const result = await confirmIntent(tx, intent, method, options);
  const refusal = await writeDownRefusal(tx, loaded, result);
  const { invoice } = await loadInvoice(tx, loaded.invoice.id);
  return { invoice, intent: result.intent, refusal };
}

function assertCard(method: Stripe.PaymentMethod): void {
  if (method.type === "card") return;
  throw invalidRequest("This sandbox can only take cards for an invoice.", "payment_method");
}

async function writeDownRefusal(
  tx: Tx,
  loaded: LoadedInvoice,
  { intent, charge, decline }: PaymentResult,
): Promise<StripeError | undefined> {
  if (decline) {
    const failed = await failPayment(tx, loaded);
    if (decline.code === "authentication_required") await requireAction(tx, { ...loaded, invoice: failed });
    return declineRefusal(decline, intent, charge);
  }
  if (intent.status !== "requires_action") return undefined;
  await requireAction(tx, loaded);
  return actionRefusal(intent);
}

function actionRefusal(intent: Stripe.PaymentIntent): StripeError {
  return new StripeError(402, {
    type: "card_error",
    code: "invoice_payment_intent_requires_action",
    message:
      "Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.",
    payment_intent: intent,
  });
}
