import type { Tx } from "../../runtime";
import { findObject, findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { Invoice } from "./invoice";
import { readLines } from "./invoice-lines";
import { type PricedInvoice, priceInvoice } from "./price-invoice";

/** A draft with what its customer looks like now. From its finalization on an invoice keeps what it then said. */
export async function refreshDraft(tx: Tx, invoice: Invoice): Promise<PricedInvoice> {
  const lines = await readLines(tx, invoice.id);
  if (invoice.status !== "draft") return { invoice, lines };
  return priceInvoice(await withCustomer(tx, invoice), lines);
}

async function withCustomer(tx: Tx, invoice: Invoice): Promise<Invoice> {
  const id = String(invoice.customer);
  const stored = await findObject<Stripe.Customer>(tx, "customer", id);
  if (!stored || stored.deleted) return invoice;
  const customer = stored.data;
  const taxIds = await findObjects<Stripe.TaxId>(tx, "tax_id", { customer: id });
  return {
    ...invoice,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping as Invoice["customer_shipping"],
    customer_tax_exempt: customer.tax_exempt ?? null,
    customer_tax_ids: taxIds
      .map(({ data }) => ({ type: data.type, value: data.value }) as Stripe.Invoice.CustomerTaxId)
      .reverse(),
    starting_balance: customer.balance,
  };
}
