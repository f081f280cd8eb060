import { z } from "zod";
import { nextCursorField } from "../fields/fields";
import { invoiceFields, topUpFields } from "./top-up";

const { topup_intent_id, status, source, amount_usd, tax_usd, total_usd, presentment } = topUpFields;
const { refunded_usd, created_at, credited_at } = topUpFields;

/** An invoice as one line of the list. */
const listedInvoice = z
  .strictObject({
    topup_intent_id,
    ...invoiceFields,
    status,
    source,
    amount_usd,
    tax_usd,
    total_usd,
    presentment,
    refunded_usd,
    created_at,
    credited_at,
  })
  .meta({ id: "Invoice", description: "The invoice of a top-up, with what was paid." });

/** A page of invoices. */
export const invoicesAnswer = z
  .strictObject({
    invoices: z.array(listedInvoice).meta({ description: "Newest top-up first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "InvoiceList", description: "A page of invoices." });
