import fc from "fast-check";
import { expect, it } from "vitest";
import { emptyInvoice, type Invoice, type InvoiceLine } from "../../src/resources/invoices/invoice";
import { priceInvoice } from "../../src/resources/invoices/price-invoice";
import type { Tx } from "../../src/runtime";

const tx: Tx = {
  now: 1_800_000_000,
  origin: { requestId: null, idempotencyKey: null },
  publicUrl: "http://sandbox",
  withheldPermissions: new Set(),
  query: () => Promise.reject(new Error("prices are calculated without the database")),
};

const germany = { city: "Berlin", country: "DE", line1: "x", line2: null, postal_code: "10115", state: null };

function anInvoice(changes: Partial<Invoice> = {}): Invoice {
  const invoice = emptyInvoice(tx, "cus_1", "usd");
  const tax = { ...invoice.automatic_tax, enabled: true };
  return { ...invoice, automatic_tax: tax, customer_address: germany, ...changes };
}

const aLine = fc.record({ cents: fc.integer({ min: 0, max: 99_999_999 }), inclusive: fc.boolean() });

const stored = (lines: { cents: number; inclusive: boolean }[]) =>
  lines.map(({ cents, inclusive }) => ({
    line: { amount: cents, subtotal: cents, taxes: [] } as unknown as InvoiceLine,
    inclusive,
  }));

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

it("adds up: lines, taxes on top, and inclusive taxes", () => {
  fc.assert(
    fc.property(fc.array(aLine, { maxLength: 30 }), (lines) => {
      const { invoice, lines: taxed } = priceInvoice(anInvoice(), stored(lines));

      const taxes = taxed.flatMap(({ line }) => line.taxes ?? []);
      const onTop = sum(taxes.filter((tax) => tax.tax_behavior === "exclusive").map((tax) => tax.amount));
      expect(invoice.subtotal).toBe(sum(lines.map(({ cents }) => cents)));
      expect(invoice.total).toBe(invoice.subtotal + onTop);
      expect(invoice.total_excluding_tax).toBe(invoice.total - sum(taxes.map((tax) => tax.amount)));
      expect(invoice.total_excluding_tax).toBe(invoice.subtotal_excluding_tax);
      expect(sum((invoice.total_taxes ?? []).map((tax) => tax.amount))).toBe(
        sum(taxes.map((tax) => tax.amount)),
      );
      expect(taxes.every((tax) => Number.isInteger(tax.amount) && tax.amount >= 0)).toBe(true);
    }),
  );
});

it("never has a negative amount due, whatever the customer's balance", () => {
  fc.assert(
    fc.property(fc.array(aLine, { maxLength: 5 }), fc.integer({ min: -1e9, max: 1e9 }), (lines, balance) => {
      const { invoice } = priceInvoice(anInvoice({ starting_balance: balance }), stored(lines));

      expect(invoice.amount_due).toBe(Math.max(0, invoice.total + balance));
      expect(invoice.amount_remaining).toBe(invoice.amount_due);
    }),
  );
});

it.each<[string, Partial<Invoice>, number, string | undefined]>([
  ["charges tax to a consumer", {}, 2975, "standard_rated"],
  [
    "charges no tax to an EU business",
    { customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }] },
    2500,
    "reverse_charge",
  ],
  ["charges no tax to an exempt customer", { customer_tax_exempt: "exempt" }, 2500, "customer_exempt"],
  [
    "charges no tax to a customer marked for reverse charge",
    { customer_tax_exempt: "reverse" },
    2500,
    "reverse_charge",
  ],
  [
    "uses the shipping address",
    { customer_shipping: { address: { ...germany, country: "JP" }, name: "Jenny" } },
    2500,
    "not_collecting",
  ],
  ["calculates nothing without an address", { customer_address: null }, 2500, undefined],
])("%s", (_name, changes, total, reason) => {
  const { invoice, lines } = priceInvoice(anInvoice(changes), stored([{ cents: 2500, inclusive: false }]));

  expect(invoice.total).toBe(total);
  expect(lines[0]?.line.taxes?.[0]?.taxability_reason).toBe(reason);
  expect(invoice.automatic_tax.status).toBe(reason ? "complete" : "requires_location_inputs");
});
