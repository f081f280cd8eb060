import { prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Where the invoice of a top-up is. */
export interface InvoiceLink {
  number: string | null;
  /** Stripe's page of it. */
  hostedUrl: string;
}

/** The invoices of some of a customer's top-ups, by their ids; those without one are left out. */
export async function findInvoices(
  customerId: CustomerId,
  topUpIntentIds: readonly string[],
): Promise<Map<string, InvoiceLink>> {
  if (topUpIntentIds.length === 0) return new Map();
  const rows = await prisma().topUpIntent.findMany({
    where: { customerId, topUpIntentId: { in: [...topUpIntentIds] }, invoiceHostedUrl: { not: null } },
    select: { topUpIntentId: true, invoiceNumber: true, invoiceHostedUrl: true },
  });
  return new Map(
    rows.flatMap(({ topUpIntentId, invoiceNumber: number, invoiceHostedUrl: hostedUrl }) =>
      hostedUrl ? [[topUpIntentId, { number, hostedUrl }]] : [],
    ),
  );
}
