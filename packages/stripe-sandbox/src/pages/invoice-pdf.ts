import type { HostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import { formatDate, formatMoney } from "./format";
import { billedTo, lineText, taxLines } from "./invoice-summary";
import { type Doc, LEFT, printable, renderPdf, writeRow } from "./pdf-document";

/** Renders an invoice as PDF in US letter size. */
export function invoicePdf(hosted: HostedInvoice): Promise<Buffer> {
  const { invoice } = hosted;
  const head = {
    title: `Invoice ${invoice.number}`,
    author: invoice.account_name ?? "",
    issuedAt: invoice.effective_at ?? invoice.created,
  };
  return renderPdf(head, (document) => {
    writeHead(document, hosted);
    writeLines(document, hosted);
    writeSums(document, hosted);
    writeFoot(document, hosted);
  });
}

function writeHead(document: Doc, { invoice }: HostedInvoice): void {
  document.font("Helvetica-Bold").fontSize(22).text("Invoice", LEFT, 56);
  document.font("Helvetica").fontSize(10).moveDown(0.5);
  const facts: [string, string | undefined][] = [
    ["Invoice number", invoice.number ?? undefined],
    ["Date of issue", formatDate(invoice.effective_at ?? invoice.created)],
    ["Date due", invoice.due_date === null ? undefined : formatDate(invoice.due_date)],
    ...(invoice.custom_fields ?? []).map((field): [string, string] => [field.name, field.value]),
  ];
  for (const [label, value] of facts) if (value) document.text(printable(`${label}: ${value}`));
  document.moveDown();
  document.font("Helvetica-Bold").text(printable(`From: ${invoice.account_name ?? ""}`));
  document.moveDown(0.5).text("Bill to").font("Helvetica");
  for (const line of billedTo(invoice)) document.text(printable(line));
  document.moveDown().font("Helvetica-Bold").fontSize(14).text(headline(invoice));
  document.font("Helvetica").fontSize(10);
  if (invoice.description) document.moveDown(0.5).text(printable(invoice.description));
  document.moveDown();
}

function headline(invoice: HostedInvoice["invoice"]): string {
  const money = (cents: number) => formatMoney(cents, invoice.currency);
  if (invoice.status === "void") return "This invoice was voided";
  if (invoice.status !== "paid") return `${money(invoice.amount_remaining)} due`;
  const paidAt = invoice.status_transitions.paid_at;
  return `${money(invoice.amount_paid)} paid${paidAt === null ? "" : ` on ${formatDate(paidAt)}`}`;
}

function writeLines(document: Doc, { invoice, lines }: HostedInvoice): void {
  document.font("Helvetica-Bold");
  writeRow(document, "Description", "Amount");
  document.font("Helvetica");
  for (const line of lines) writeRow(document, lineText(line), formatMoney(line.subtotal, invoice.currency));
  document.moveDown(0.5);
}

function writeSums(document: Doc, { invoice }: HostedInvoice): void {
  const money = (cents: number) => formatMoney(cents, invoice.currency);
  writeRow(document, "Subtotal", money(invoice.subtotal));
  for (const { label, cents } of taxLines(invoice)) writeRow(document, label, money(cents));
  writeRow(document, "Total", money(invoice.total));
  if (invoice.starting_balance !== 0) {
    writeRow(document, "Applied balance", money(invoice.amount_due - invoice.total));
  }
  writeRow(document, "Amount paid", money(invoice.amount_paid));
  document.font("Helvetica-Bold");
  writeRow(document, "Amount due", money(invoice.amount_remaining));
  document.font("Helvetica");
}

function writeFoot(document: Doc, { invoice }: HostedInvoice): void {
  document.moveDown(2);
  if (invoice.footer) document.text(printable(invoice.footer), LEFT).moveDown();
  document.fontSize(9).text("Made by a Stripe sandbox: test mode, no real money.", LEFT);
}
