import type { CreditNote } from "../resources/credit-notes/credit-note";
import { formatDate, formatMoney } from "./format";
import { LEFT, printable, renderPdf, writeRow } from "./pdf-document";

/** Renders a credit note as PDF in US letter size. */
export function creditNotePdf(note: CreditNote, invoiceNumber: string): Promise<Buffer> {
  const issuedAt = note.effective_at ?? note.created;
  const money = (cents: number) => formatMoney(-cents, note.currency);
  const head = { title: `Credit note ${note.number}`, author: "Stripe sandbox", issuedAt };
  return renderPdf(head, (document) => {
    document.font("Helvetica-Bold").fontSize(22).text("Credit note", LEFT, 56);
    document.font("Helvetica").fontSize(10).moveDown(0.5);
    document.text(printable(`Credit note number: ${note.number}`));
    document.text(printable(`Invoice number: ${invoiceNumber}`));
    document.text(`Date of issue: ${formatDate(issuedAt)}`);
    if (note.memo) document.moveDown(0.5).text(printable(note.memo));
    document.moveDown();
    for (const line of note.lines.data) writeRow(document, line.description ?? "", money(line.amount));
    for (const tax of note.total_taxes ?? [])
      writeRow(document, `Tax (${tax.tax_behavior})`, money(tax.amount));
    document.font("Helvetica-Bold");
    writeRow(document, "Total", money(note.total));
    document.font("Helvetica").fontSize(9);
    document.moveDown(2).text("Made by a Stripe sandbox: test mode, no real money.", LEFT);
  });
}
