import { createHash } from "node:crypto";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { findObject, findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { type BusinessTaxId, type TaxRule, taxOnTop, taxRule, taxWithin } from "../../tax/tax-table";
import { isUsableForTax } from "../params";
import { changeInvoice, type Invoice, type InvoiceLine, type LoadedInvoice } from "./invoice";
import { readLines, type StoredLine, saveLines, shownLines } from "./invoice-lines";

export interface PricedInvoice {
  invoice: Invoice;
  lines: StoredLine[];
}

/**
 * Calculates the tax of every line and all totals. Amounts in cents.
 *
 * @param cardAddress the payment method's, for a customer without an address
 */
export function priceInvoice(
  invoice: Invoice,
  lines: StoredLine[],
  cardAddress: Stripe.Address | null = null,
): PricedInvoice {
  const address = taxAddress(invoice) ?? cardAddress;
  const { rule, status } = ruleFor(invoice, address);
  const taxed = lines.map((stored) => ({ ...stored, line: taxLine(stored, rule, invoice, address) }));
  const all = taxed.map(({ line }) => line);
  const subtotal = all.reduce((sum, line) => sum + line.subtotal, 0);
  const within = sumOfTaxes(all, "inclusive");
  const onTop = sumOfTaxes(all, "exclusive");
  const total = subtotal + onTop;
  const due = Math.max(0, total + invoice.starting_balance);
  return {
    lines: taxed,
    invoice: {
      ...invoice,
      amount_due: due,
      amount_remaining: due - invoice.amount_paid,
      automatic_tax: { ...invoice.automatic_tax, status },
      lines: shownLines(invoice, all),
      subtotal,
      subtotal_excluding_tax: subtotal - within,
      total,
      total_excluding_tax: total - within - onTop,
      total_taxes: totalTaxes(all),
    },
  };
}

interface AppliedRule {
  rule: TaxRule | undefined;
  status: Invoice["automatic_tax"]["status"];
}

function ruleFor(invoice: Invoice, address: Stripe.Address | null): AppliedRule {
  if (!invoice.automatic_tax.enabled) return { rule: undefined, status: null };
  if (!isUsableForTax(address)) return { rule: undefined, status: "requires_location_inputs" };
  const taxId = invoice.customer_tax_ids?.find((id) => id.type === "eu_vat") as BusinessTaxId | undefined;
  const rule = taxRule(address, taxId);
  return { rule: exemption(invoice) ?? rule, status: "complete" };
}

/** The shipping address takes precedence. */
function taxAddress(invoice: Invoice): Stripe.Address | null {
  return invoice.customer_shipping?.address ?? invoice.customer_address;
}

function exemption(invoice: Invoice): TaxRule | undefined {
  if (invoice.customer_tax_exempt === "reverse") return { basisPoints: 0, reason: "reverse_charge" };
  return invoice.customer_tax_exempt === "exempt" ? { basisPoints: 0, reason: "not_collecting" } : undefined;
}

function taxLine(
  { line, inclusive }: StoredLine,
  rule: TaxRule | undefined,
  invoice: Invoice,
  address: Stripe.Address | null,
): InvoiceLine {
  if (!rule) return { ...line, taxes: [] };
  const { basisPoints } = rule;
  const amount = inclusive ? taxWithin(line.subtotal, basisPoints) : taxOnTop(line.subtotal, basisPoints);
  const isExempt = invoice.customer_tax_exempt === "exempt";
  const tax: Stripe.InvoiceLineItem.Tax = {
    amount,
    tax_behavior: inclusive ? "inclusive" : "exclusive",
    tax_rate_details: { tax_rate: taxRateId(address, basisPoints, inclusive) },
    taxability_reason: isExempt ? "customer_exempt" : rule.reason,
    taxable_amount: basisPoints === 0 ? 0 : line.subtotal - (inclusive ? amount : 0),
    type: "tax_rate_details",
  };
  return { ...line, taxes: [tax] };
}

/** The same rate always has the same id. */
function taxRateId(address: Stripe.Address | null, basisPoints: number, inclusive: boolean): string {
  const name = `${address?.country}-${address?.state ?? ""}-${basisPoints}-${inclusive}`;
  const letters = createHash("sha256").update(name).digest("base64url").replace(/[-_]/g, "x");
  return `txr_1${letters.slice(0, 23)}`;
}

function sumOfTaxes(lines: InvoiceLine[], behavior: "inclusive" | "exclusive"): number {
  return lines
    .flatMap((line) => line.taxes ?? [])
    .reduce((sum, tax) => sum + (tax.tax_behavior === behavior ? tax.amount : 0), 0);
}

/** Sums the taxes of all lines by rate. */
function totalTaxes(lines: InvoiceLine[]): Stripe.Invoice.TotalTax[] {
  const byRate = new Map<string, Stripe.Invoice.TotalTax>();
  for (const tax of lines.flatMap((line) => line.taxes ?? [])) {
    const rate = tax.tax_rate_details?.tax_rate ?? "";
    const before = byRate.get(rate);
    byRate.set(rate, {
      ...tax,
      amount: (before?.amount ?? 0) + tax.amount,
      taxable_amount: (before?.taxable_amount ?? 0) + (tax.taxable_amount ?? 0),
    } as Stripe.Invoice.TotalTax);
  }
  return [...byRate.values()];
}

/** Updates a draft from its customer and prices it. A finalized invoice keeps its customer details and amounts. */
export async function refreshDraft(tx: Tx, invoice: Invoice): Promise<PricedInvoice> {
  const lines = await readLines(tx, invoice.id);
  if (invoice.status !== "draft") return { invoice, lines };
  return priceInvoice(await withCustomer(tx, invoice), lines, await cardAddressOf(tx, invoice));
}

/** Returns the address of the payment method: the invoice's, else the customer's default. */
async function cardAddressOf(tx: Tx, invoice: Invoice): Promise<Stripe.Address | null> {
  if (!invoice.automatic_tax.enabled) return null;
  if ((await readBehavior(tx)).invoice_tax_address === "customer_only") return null;
  const customer = await findObject<Stripe.Customer>(tx, "customer", String(invoice.customer));
  const settings = customer?.deleted ? undefined : customer?.data.invoice_settings;
  for (const id of [invoice.default_payment_method, settings?.default_payment_method]) {
    if (typeof id !== "string") continue;
    const method = await findObject<Stripe.PaymentMethod>(tx, "payment_method", id);
    const address = method?.data.billing_details.address;
    if (address?.country) return address;
  }
  return null;
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

/** Prices, stores and announces a changed draft. */
export async function repriceDraft(
  tx: Tx,
  before: LoadedInvoice,
  changed: Invoice = before.invoice,
): Promise<Invoice> {
  const { invoice, lines } = await refreshDraft(tx, changed);
  await saveLines(tx, lines);
  await changeInvoice(tx, before, invoice);
  return invoice;
}
