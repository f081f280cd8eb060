import type { ApiRequest } from "../../api/operation";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { finalizeDraft } from "./finalize-invoice";
import type { Invoice } from "./invoice";
import { loadInvoice } from "./load-invoice";

/** Says that the invoice was sent, and finalizes a draft first. As in Stripe's test mode, no e-mail leaves. */
export async function sendInvoice(tx: Tx, { ids }: ApiRequest): Promise<Invoice | StripeError> {
  const loaded = await loadInvoice(tx, ids.invoice ?? "");
  if (loaded.invoice.collection_method !== "send_invoice") {
    throw invalidRequest("You can only manually send an invoice if its collection method is 'send_invoice'.");
  }
  if (loaded.invoice.status === "void") throw invalidRequest("You cannot send an invoice that was voided.");
  const invoice = loaded.invoice.status === "draft" ? await finalizeDraft(tx, loaded) : loaded.invoice;
  if (invoice instanceof StripeError) return invoice;
  await recordEvent(tx, "invoice.sent", invoice);
  return invoice;
}
