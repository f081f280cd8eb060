import PDFDocument from "pdfkit";
import type { HostedInvoice } from "../hosted-invoice/read-hosted-invoice";
import { formatDate, formatMoney } from "./format";
import { billedTo, lineText, taxLines } from "./invoice-summary";

const LEFT = 56;
const RIGHT = 556;
const AMOUNT_WIDTH = 120;
const BOTTOM = 720;

/** Renders an invoice as PDF in US letter size. */
export async function invoicePdf(hosted: HostedInvoice): Promise<Buffer> {
  const { invoice } = hosted;
  const issued = new Date((invoice.effective_at ?? invoice.created) * 1000);
  const document = new PDFDocument({
    size: "LETTER",
    margins: { top: 56, bottom: 56, left: LEFT, right: 56 },
    lang: "en-US",
    info: { Title: `Invoice ${invoice.number}`, Author: invoice.account_name ?? "", CreationDate: issued },
  });
  const chunks: Buffer[] = [];
  document.on("data", (chunk: Buffer) => chunks.push(chunk));
  const finished = new Promise<void>((resolve, reject) => {
    document.on("end", resolve);
    document.on("error", reject);
  });
  writeHead(document, hosted);
  writeLines(document, hosted);
  writeSums(document, hosted);
  writeFoot(document, hosted);
  document.end();
  await finished;
  return Buffer.concat(chunks);
}

type Doc = PDFKit.PDFDocument;

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

/** Writes a text on the left and an amount on the right, on a new page if needed. */
function writeRow(document: Doc, text: string, amount: string): void {
  if (document.y > BOTTOM) document.addPage();
  const top = document.y;
  document.text(printable(text), LEFT, top, { width: RIGHT - LEFT - AMOUNT_WIDTH - 16 });
  const next = document.y;
  document.text(amount, RIGHT - AMOUNT_WIDTH, top, { width: AMOUNT_WIDTH, align: "right" });
  document.x = LEFT;
  document.y = Math.max(next, document.y) + 6;
}

/** Characters of the PDF's built-in fonts beyond Latin-1. */
const ALSO_PRINTABLE = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/** Replaces characters that the PDF's built-in fonts lack with question marks. */
export function printable(text: string): string {
  return [...text.normalize("NFC")]
    .map((letter) =>
      /[\n\u0020-\u007e\u00a0-\u00ff]/.test(letter) || ALSO_PRINTABLE.includes(letter) ? letter : "?",
    )
    .join("");
}
