import { z } from "zod";
import type { Page } from "@/lib/platform/paging";
import * as topUps from "@/lib/top-ups";
import { customerRoute } from "./route";
import { type ListScope, listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { invoiceFields, presentInvoiceLink, presentPayment, topUpFields } from "./top-ups";

const { topup_intent_id, status, source, amount_usd, tax_usd, total_usd, presentment } = topUpFields;
const { refunded_usd, created_at, credited_at } = topUpFields;

const invoiceResponse = z
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
  .meta({ id: "Invoice", description: "The invoice of a top-up, and what was paid." });

const invoiceListResponse = z
  .strictObject({
    invoices: z.array(invoiceResponse).meta({ description: "Newest top-up first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "InvoiceList", description: "A page of invoices." });

export const listInvoices = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/invoices",
    operationId: "listInvoices",
    tag: "Billing",
    summary: "List invoices, newest top-up first",
    description:
      "Lists the invoice of each top-up that has one, with links to Stripe's page and the PDF. Stripe may create an invoice shortly after the credit. It then appears at the position of its top-up.",
    scope: "billing:read",
    query: z.strictObject(listQuery),
    response: invoiceListResponse,
  },
  async ({ actor, query }) => {
    const scope = { list: "invoices", owner: actor.customerId };
    const page = await topUps.listInvoices(actor.customerId, readPageRequest(scope, query));
    return presentInvoices(scope, page);
  },
);

function presentInvoices(scope: ListScope, page: Page<topUps.TopUpIntent>) {
  return {
    invoices: page.items.flatMap((intent) => {
      const link = presentInvoiceLink(intent);
      return link ? [{ ...presentPayment(intent), ...link }] : [];
    }),
    next_cursor: nextCursor(scope, page),
  } satisfies z.input<typeof invoiceListResponse>;
}
