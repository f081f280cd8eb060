import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { findObjects, type SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { Invoice } from "../invoices/invoice";
import type { StoredLine } from "../invoices/invoice-lines";

export type CreditNote = Stripe.CreditNote;

export interface CreditNoteInput {
  /** Cents, tax included. */
  amountCents: number;
  refunds: { refund: string; amountCents: number }[];
  creditCents: number;
  outOfBandCents: number;
  effectiveAt: number | null;
  memo: string | null;
  metadata: Record<string, string>;
  reason: CreditNote["reason"];
}

/** Stored with a credit note and never returned. */
export interface CreditNoteSecrets extends Record<string, unknown> {
  /** Part of the URL of the PDF. */
  token: string;
}

export function newCreditNoteSecrets(): CreditNoteSecrets {
  return { token: `test_${randomLetters(48)}` };
}

/**
 * Builds a credit note that spreads its amount over the lines and taxes of the invoice. Each part is the difference of
 * two running totals, so that all notes of an invoice add up to exactly the invoice.
 *
 * @param issuedCents the sum of the invoice's earlier notes
 * @param count how many notes the invoice will have with this one
 */
export function buildCreditNote(
  tx: Tx,
  { invoice, lines }: { invoice: Invoice; lines: StoredLine[] },
  input: CreditNoteInput,
  { issuedCents, count, secrets }: { issuedCents: number; count: number; secrets: CreditNoteSecrets },
): CreditNote {
  const id = newStripeId("cn");
  const share = shareOf(invoice.total, issuedCents, input.amountCents);
  const totalTaxes = (invoice.total_taxes ?? []).map((tax) => ({
    ...tax,
    amount: share(tax.amount),
    taxable_amount: share(tax.taxable_amount ?? 0),
  })) as NonNullable<CreditNote["total_taxes"]>;
  const taxCents = sum(totalTaxes.map(({ amount }) => amount));
  const onTop = sum(
    totalTaxes.filter(({ tax_behavior: behavior }) => behavior === "exclusive").map(({ amount }) => amount),
  );
  const subtotal = input.amountCents - onTop;
  return {
    id,
    object: "credit_note",
    amount: input.amountCents,
    amount_shipping: 0,
    created: tx.now,
    currency: invoice.currency,
    customer: invoice.customer as string,
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: input.effectiveAt ?? tx.now,
    invoice: invoice.id,
    lines: {
      object: "list",
      data: noteLines(lines, subtotal, share),
      has_more: false,
      url: `/v1/credit_notes/${id}/lines`,
    },
    livemode: false,
    memo: input.memo,
    metadata: input.metadata,
    number: `${invoice.number}-CN-${String(count).padStart(2, "0")}`,
    out_of_band_amount: input.outOfBandCents === 0 ? null : input.outOfBandCents,
    pdf: `${tx.publicUrl}/credit_notes/${secrets.token}/pdf`,
    post_payment_amount: input.amountCents,
    pre_payment_amount: 0,
    pretax_credit_amounts: [],
    reason: input.reason,
    refunds: input.refunds.map(({ refund, amountCents }) => ({
      amount_refunded: amountCents,
      payment_record_refund: null,
      refund,
      type: "refund",
    })),
    shipping_cost: null,
    status: "issued",
    subtotal,
    subtotal_excluding_tax: input.amountCents - taxCents,
    total: input.amountCents,
    total_excluding_tax: input.amountCents - taxCents,
    total_taxes: totalTaxes,
    type: "post_payment",
    voided_at: null,
  };
}

/** Returns what a part of the invoice contributes to a note, in cents. */
function shareOf(totalCents: number, issuedCents: number, amountCents: number): (cents: number) => number {
  const worth = (part: number, credited: number) =>
    totalCents === 0 ? 0 : Math.floor((2 * part * credited + totalCents) / (2 * totalCents));
  return (part) => worth(part, issuedCents + amountCents) - worth(part, issuedCents);
}

/** The last line takes what rounding leaves. */
function noteLines(
  lines: StoredLine[],
  subtotalCents: number,
  share: (cents: number) => number,
): Stripe.CreditNoteLineItem[] {
  let restCents = subtotalCents;
  return lines.map(({ line }, index) => {
    const amount = index === lines.length - 1 ? restCents : Math.min(restCents, share(line.subtotal));
    restCents -= amount;
    return {
      id: newStripeId("cnli"),
      object: "credit_note_line_item",
      amount,
      description: line.description,
      discount_amount: 0,
      discount_amounts: [],
      invoice_line_item: line.id,
      livemode: false,
      metadata: {},
      pretax_credit_amounts: [],
      quantity: null,
      tax_rates: [],
      taxes: (line.taxes ?? []).map((tax) => ({
        ...tax,
        amount: share(tax.amount),
        taxable_amount: share(tax.taxable_amount ?? 0),
      })),
      type: "invoice_line_item",
      unit_amount: null,
      unit_amount_decimal: null,
    } as Stripe.CreditNoteLineItem;
  });
}

export function sum(cents: readonly number[]): number {
  return cents.reduce((total, part) => total + part, 0);
}

export function creditNoteSaveOptions(note: CreditNote, secrets: CreditNoteSecrets): SaveOptions {
  return {
    refs: { invoice: note.invoice as string, customer: note.customer as string, token: secrets.token },
    private: secrets,
  };
}

/** Newest first. */
export async function readCreditNotes(tx: Tx, invoiceId: string): Promise<CreditNote[]> {
  const stored = await findObjects<CreditNote>(tx, "credit_note", { invoice: invoiceId });
  return stored.map(({ data }) => data);
}

export async function findCreditNoteByToken(tx: Tx, token: string): Promise<CreditNote | undefined> {
  const [stored] = await findObjects<CreditNote>(tx, "credit_note", { token });
  return stored?.data;
}
