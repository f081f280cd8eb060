import type { ApiRequest } from "../../api/operation";
import type { ParamValue } from "../../api/request-schema";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { assertOwnMethod } from "../customers/customer";
import { findOpenPayment, insertPaymentRecord } from "../invoice-payments";
import { loadObject, loadReferenced } from "../load-object";
import { onlyOneOf, refuseUnsupported } from "../params";
import { type ConfirmOptions, confirmIntent } from "../payment-intents/confirm-intent";
import { declineRefusal, type PaymentResult } from "../payment-intents/payment-intent";
import { cancelInvoiceIntent } from "./close-invoice";
import { finalizeDraft } from "./finalize-invoice";
import { type Invoice, type LoadedInvoice, loadInvoice, saveInvoice } from "./invoice";
import { asPaid, failPayment, requireAction } from "./settle-invoice";

export function checkPay({ params }: ApiRequest): void {
  refuseUnsupported(params, ["forgive", "mandate", "source"]);
  if (params.paid_out_of_band === true && params.payment_method !== undefined) {
    throw onlyOneOf(["paid_out_of_band", "payment_method"], "payment_method");
  }
}

/** Pays an invoice, off-session unless `off_session` is false. A draft is finalized first. */
export async function payInvoice(tx: Tx, { params, ids }: ApiRequest): Promise<Invoice | StripeError> {
  const loaded = await loadInvoice(tx, ids.invoice ?? "");
  assertPayable(loaded.invoice);
  const open = loaded.invoice.status === "draft" ? await finalizeDraft(tx, loaded) : loaded.invoice;
  if (open instanceof StripeError || open.status === "paid") return open;
  const opened = { ...loaded, invoice: open };
  if (params.paid_out_of_band === true) return settleOutOfBand(tx, opened);
  const method = await chooseMethod(tx, open, params.payment_method);
  const { invoice_authentication: authentication } = await readBehavior(tx);
  const outcome = await chargeInvoice(tx, opened, method, {
    offSession: params.off_session !== false,
    asksWhenAway: authentication === "requires_action",
    returnUrl: open.hosted_invoice_url ?? null,
    save: null,
  });
  return outcome.refusal ?? outcome.invoice;
}

async function chooseMethod(
  tx: Tx,
  invoice: Invoice,
  wanted: ParamValue | undefined,
): Promise<Stripe.PaymentMethod> {
  await assertOwnMethod(tx, wanted, String(invoice.customer), "payment_method");
  const id = typeof wanted === "string" ? wanted : await defaultMethod(tx, invoice);
  return (await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, "payment_method")).data;
}

function assertPayable({ status }: Invoice): void {
  if (status === "paid") throw invalidRequest("Invoice is already paid");
  if (status === "void") throw invalidRequest("This invoice was voided, so it can no longer be paid.");
}

/** Prefers the invoice's default to the customer's. */
async function defaultMethod(tx: Tx, invoice: Invoice): Promise<string> {
  if (typeof invoice.default_payment_method === "string") return invoice.default_payment_method;
  const customer = await findObject<Stripe.Customer>(tx, "customer", String(invoice.customer));
  const id = customer?.deleted ? undefined : customer?.data.invoice_settings.default_payment_method;
  if (typeof id === "string") return id;
  throw invalidRequest(
    "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.",
    undefined,
    "resource_missing",
  );
}

interface InvoiceOutcome {
  invoice: Invoice;
  intent: Stripe.PaymentIntent;
  /** Why the invoice is still open. Return it, do not throw it: what the failed attempt wrote has to be committed. */
  refusal: StripeError | undefined;
}

/** Attempts to pay an open invoice with a card. */
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
  // A successful charge has settled the invoice by now: `settleAfterCharge`.
  const result = await confirmIntent(tx, intent, method, options);
  const refusal = await recordRefusal(tx, loaded, result);
  const { invoice } = await loadInvoice(tx, loaded.invoice.id);
  return { invoice, intent: result.intent, refusal };
}

function assertCard(method: Stripe.PaymentMethod): void {
  if (method.type === "card") return;
  throw invalidRequest("This sandbox can only take cards for an invoice.", "payment_method");
}

async function recordRefusal(
  tx: Tx,
  loaded: LoadedInvoice,
  { intent, charge, decline }: PaymentResult,
): Promise<StripeError | undefined> {
  const asks = decline?.code === "authentication_required" || intent.status === "requires_action";
  if (!decline && !asks) return undefined;
  const { invoice_action_events: events } = await readBehavior(tx);
  // Without a decline only one of the two is certain.
  const fails = decline !== undefined && (!asks || events === "with_payment_failed");
  const invoice = fails ? await failPayment(tx, loaded) : loaded.invoice;
  if (asks) await requireAction(tx, { ...loaded, invoice });
  return decline ? declineRefusal(decline, intent, charge) : actionRefusal(intent);
}

function actionRefusal(intent: Stripe.PaymentIntent): StripeError {
  return new StripeError(400, {
    type: "invalid_request_error",
    code: "invoice_payment_intent_requires_action",
    message:
      "Payment for this invoice requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with the invoice.",
    payment_intent: intent,
  });
}

/**
 * Marks an invoice as paid outside Stripe: by a payment record instead of a charge, and without
 * `invoice.payment_succeeded`.
 */
async function settleOutOfBand(tx: Tx, { invoice: open, secrets }: LoadedInvoice): Promise<Invoice> {
  await cancelInvoiceIntent(tx, open.id, "automatic");
  const paid: Invoice = { ...asPaid(tx, open), amount_paid_off_stripe: open.amount_due };
  await saveInvoice(tx, paid, secrets);
  await recordEvent(tx, "invoice.updated", paid, changedAttributes(open, paid));
  await recordEvent(tx, "invoice.paid", paid);
  await recordEvent(tx, "invoice_payment.paid", await insertPaymentRecord(tx, paid));
  return paid;
}
