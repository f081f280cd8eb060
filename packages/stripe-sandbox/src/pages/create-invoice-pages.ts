import { type Context, Hono } from "hono";
import type { CheckoutForm } from "../checkout/checkout-form";
import { withTestCard } from "../checkout/prefill-form";
import { payHostedInvoice } from "../hosted-invoice/pay-hosted-invoice";
import { type HostedInvoice, readHostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { type InvoiceView, invoicePage } from "./invoice-page";
import { invoicePdf } from "./invoice-pdf";
import { messagePage, type PageEnv, type PageStatus, show } from "./layout";
import { readCardForm } from "./read-form";
import { receiptPage } from "./receipt-page";

/** Creates the pages of hosted invoices, with their PDFs, and of receipts. */
export function createInvoicePages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/invoices/:token", (c) => openInvoice(runtime, c));
  pages.post("/invoices/:token", (c) => submitInvoice(runtime, c));
  pages.get("/invoices/:token/pdf", (c) => downloadPdf(runtime, c));
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
  c.header("Content-Type", "application/pdf");
  c.header("Content-Disposition", `inline; filename="Invoice-${hosted.invoice.number}.pdf"`);
  c.header("Cache-Control", "no-store");
  return c.body(new Uint8Array(await invoicePdf(hosted)));
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
  return show(c, messagePage("No such invoice", "There is no invoice at this address."), 404);
}
