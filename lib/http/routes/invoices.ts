import { z } from "zod";
import { listInvoices } from "@/lib/top-ups";
import { invoicesAnswer } from "../answers/invoice";
import { listQuery, readPage } from "../lists/list-query";
import { presentInvoices } from "../present/top-up";
import { customerRoute } from "../route";

export const listBillingInvoices = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/invoices",
    operationId: "listInvoices",
    tag: "Billing",
    summary: "List invoices, newest top-up first",
    description:
      "One for each top-up that has an invoice, with Stripe's page of it and the PDF. Stripe may make it a moment after the credit: then it appears here at the place of its top-up, as soon as Stripe has told us.",
    scope: "billing:read",
    query: z.strictObject(listQuery),
    answer: invoicesAnswer,
  },
  async ({ actor, query }) => {
    const of = { list: "invoices", owner: actor.customerId };
    const { limit, position } = readPage(of, query);
    const page = await listInvoices(actor.customerId, { limit, before: position ?? undefined });
    return { body: presentInvoices(of, page) };
  },
);
