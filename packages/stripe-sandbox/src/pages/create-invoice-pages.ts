import { type Context, Hono } from "hono";
import type { CheckoutForm } from "../checkout/checkout-form";
import { withTestCard } from "../checkout/prefill-form";
import { payHostedInvoice } from "../hosted-invoice/pay-hosted-invoice";
import { type HostedInvoice, readHostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import { findCreditNoteByToken } from "../resources/credit-notes/credit-note";
import { loadInvoice } from "../resources/invoices/invoice";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { creditNotePdf } from "./credit-note-pdf";
import { type InvoiceView, invoicePage } from "./invoice-page";
import { invoicePdf } from "./invoice-pdf";
import { messagePage, type PageEnv, type PageStatus, show } from "./layout";
import { readCardForm } from "./read-form";
import { receiptPage } from "./receipt-page";

/** Creates the pages of hosted invoices and receipts, and the PDFs of invoices and credit notes. */
export function createInvoicePages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/invoices/:token", (c) => openInvoice(runtime, c));
  pages.post("/invoices/:token", (c) => submitInvoice(runtime, c));
  pages.get("/invoices/:token/pdf", (c) => downloadPdf(runtime, c));
  pages.get("/credit_notes/:token/pdf", (c) => downloadCreditNote(runtime, c));
  pages.get("/receipts/:charge", (c) => openReceipt(runtime, c));
  return pages;
}

async function openInvoice(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const hosted = await read(runtime, c);
  if (!hosted) return unknownInvoice(c);
  const form = readCardForm(new URLSearchParams());
  const failure = c.req.query("tried") === undefined ? undefined : hosted.lastFailure;
  const notes = failure === undefined ? {} : { alert: `${failure} Nothing was charged.` };
  return showInvoice(c, hosted, { ...form, savedCard: hosted.savedCards[0]?.id ?? "" }, notes);
}

async function submitInvoice(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const body = new URLSearchParams(await c.req.text());
  const form = readCardForm(body);
  const fill = body.get("fill");
  const hosted = await read(runtime, c);
  if (!hosted) return unknownInvoice(c);
  if (fill) return showInvoice(c, hosted, withTestCard(form, fill, runtime.clock.now()));
  if (body.get("action") !== "pay") return showInvoice(c, hosted, form);
  return pay(runtime, c, hosted, form);
}

async function pay(
  runtime: Runtime,
  c: Context<PageEnv>,
  hosted: HostedInvoice,
  form: CheckoutForm,
): Promise<Response> {
  const outcome = await payHostedInvoice(runtime, c.req.param("token") ?? "", form);
  switch (outcome.kind) {
    case "paid":
    case "closed":
      return c.redirect(hosted.invoice.hosted_invoice_url ?? "/", 303);
    case "authenticate":
      return c.redirect(outcome.url, 303);
    case "declined": {
      const alert = `${outcome.message} Nothing was charged; you can try another card.`;
      return showInvoice(c, hosted, form, { alert }, 402);
    }
    case "invalid": {
      const alert = "Some fields need another look.";
      return showInvoice(c, hosted, form, { alert, errors: outcome.errors }, 422);
    }
    default:
      return outcome satisfies never;
  }
}

function showInvoice(
  c: Context<PageEnv>,
  hosted: HostedInvoice,
  form: CheckoutForm,
  notes: Partial<Pick<InvoiceView, "alert" | "errors">> = {},
  status: PageStatus = 200,
): Response {
  return show(c, invoicePage({ ...hosted, form, errors: {}, alert: undefined, ...notes }), status);
}

async function downloadPdf(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const hosted = await read(runtime, c);
  if (!hosted) return unknownInvoice(c);
  return pdfResponse(c, `Invoice-${hosted.invoice.number}`, await invoicePdf(hosted));
}

async function downloadCreditNote(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const found = await inTransaction(runtime, NO_REQUEST, async (tx) => {
    const note = await findCreditNoteByToken(tx, c.req.param("token") ?? "");
    return note && { note, invoice: await loadInvoice(tx, String(note.invoice)) };
  });
  if (!found)
    return show(c, messagePage("No such credit note", "There is no credit note at this address."), 404);
  const { note, invoice } = found;
  return pdfResponse(
    c,
    `Credit-note-${note.number}`,
    await creditNotePdf(note, invoice.invoice.number ?? ""),
  );
}

function pdfResponse(c: Context<PageEnv>, name: string, pdf: Buffer): Response {
  c.header("Content-Type", "application/pdf");
  c.header("Content-Disposition", `inline; filename="${name}.pdf"`);
  c.header("Cache-Control", "no-store");
  return c.body(new Uint8Array(pdf));
}

async function openReceipt(runtime: Runtime, c: Context<PageEnv>): Promise<Response> {
  const id = c.req.param("charge") ?? "";
  const charge = await inTransaction(runtime, NO_REQUEST, (tx) =>
    findObject<Stripe.Charge>(tx, "charge", id),
  );
  if (charge?.data.receipt_url) return show(c, receiptPage(charge.data));
  return show(c, messagePage("No such receipt", "There is no receipt at this address."), 404);
}

function read(runtime: Runtime, c: Context<PageEnv>): Promise<HostedInvoice | undefined> {
  const token = c.req.param("token") ?? "";
  return inTransaction(runtime, NO_REQUEST, (tx) => readHostedInvoice(tx, token));
}

function unknownInvoice(c: Context<PageEnv>): Response {
  return show(
    c,
    messagePage("No such invoice", "There is no invoice at this address, or its link has expired."),
    404,
  );
}
