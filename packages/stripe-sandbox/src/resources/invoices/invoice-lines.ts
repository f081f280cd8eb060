import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { InvoiceItem } from "../invoice-items/invoice-item";
import type { Invoice, InvoiceLine } from "./invoice";

/** The invoice itself contains this many lines; the others are in its list of lines. */
const SHOWN_LINES = 10;

/** A line with what is stored but never returned: whether its price includes tax. */
export interface StoredLine {
  line: InvoiceLine;
  inclusive: boolean;
}

export async function insertLine(
  tx: Tx,
  invoice: string,
  item: InvoiceItem,
  inclusive: boolean,
): Promise<StoredLine> {
  const line = buildLine(invoice, item);
  await insertObject(tx, line, {
    created: tx.now,
    refs: { invoice, invoice_item: item.id },
    private: { inclusive },
  });
  return { line, inclusive };
}

function buildLine(invoice: string, item: InvoiceItem): InvoiceLine {
  return {
    id: newStripeId("il"),
    object: "line_item",
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    discount_amounts: [],
    discountable: item.discountable,
    discounts: [],
    invoice,
    livemode: false,
    metadata: item.metadata ?? {},
    parent: {
      invoice_item_details: {
        invoice_item: item.id,
        proration: false,
        proration_details: { credited_items: null },
        subscription: null,
      },
      subscription_item_details: null,
      type: "invoice_item_details",
    },
    period: item.period,
    pretax_credit_amounts: [],
    pricing: item.pricing,
    quantity: item.quantity,
    quantity_decimal: item.quantity_decimal,
    subscription: null,
    subtotal: item.amount,
    taxes: [],
  } as InvoiceLine;
}

/** Oldest first. */
export async function readLines(tx: Tx, invoiceId: string): Promise<StoredLine[]> {
  const stored = await findObjects<InvoiceLine>(tx, "line_item", { invoice: invoiceId });
  return stored
    .map(({ data, private: secrets }) => ({ line: data, inclusive: secrets.inclusive === true }))
    .reverse();
}

export async function saveLines(tx: Tx, lines: StoredLine[]): Promise<void> {
  for (const { line } of lines) await updateObject(tx, line);
}

export function shownLines(invoice: Invoice, lines: InvoiceLine[]): Invoice["lines"] {
  return {
    object: "list",
    data: lines.slice(0, SHOWN_LINES),
    has_more: lines.length > SHOWN_LINES,
    url: `/v1/invoices/${invoice.id}/lines`,
  };
}
