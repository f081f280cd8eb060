import type { ApiRequest } from "../../api/operation";
import type { ParamValue } from "../../api/request-schema";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { refuseNotBuilt } from "../catalog/refuse-not-built";
import { loadReferenced } from "../load-object";
import { assertOwnMethod } from "./assert-own-method";
import { chargeInvoice } from "./charge-invoice";
import { finalizeDraft } from "./finalize-invoice";
import type { Invoice } from "./invoice";
import { loadInvoice } from "./load-invoice";
import { settleOutOfBand } from "./settle-out-of-band";

export function checkPay({ params }: ApiRequest): void {
  refuseNotBuilt(params, ["forgive", "mandate", "source"]);
  if (params.paid_out_of_band === true && params.payment_method !== undefined) {
    throw invalidRequest(
      "You may only specify one of these parameters: paid_out_of_band, payment_method.",
      "payment_method",
    );
  }
}

/** Pays an invoice now, with the customer away unless `off_session` is false. A draft is finalized first. */
export async function payInvoice(tx: Tx, { params, ids }: ApiRequest): Promise<Invoice | StripeError> {
  const loaded = await loadInvoice(tx, ids.invoice ?? "");
  assertPayable(loaded.invoice);
  const open = loaded.invoice.status === "draft" ? await finalizeDraft(tx, loaded) : loaded.invoice;
  if (open instanceof StripeError || open.status === "paid") return open;
  const opened = { ...loaded, invoice: open };
  if (params.paid_out_of_band === true) return settleOutOfBand(tx, opened);
  const method = await chooseMethod(tx, open, params.payment_method);
  const outcome = await chargeInvoice(tx, opened, method, {
    offSession: params.off_session !== false,
    returnUrl: null,
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

export function assertPayable({ status }: Invoice): void {
  if (status === "paid") throw invalidRequest("Invoice is already paid");
  if (status === "void") throw invalidRequest("This invoice was voided, so it can no longer be paid.");
}

/** The invoice's own default comes before the customer's. */
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
