import type { Stripe } from "../../stripe-types";
import { type BusinessTaxId, taxRule } from "../../tax/tax-table";
import { type Address, isUsableForTax } from "../address";
import { taxLineItems } from "./line-items";
import type { Session } from "./session";

export interface Totals {
  items: Stripe.LineItem[];
  subtotalCents: number;
  taxCents: number;
  totalCents: number;
  /** Null when the session does not calculate tax. */
  taxStatus: Stripe.Checkout.Session.AutomaticTax.Status | null;
}

/** What the session costs at an address. Without one the tax is still open and counted as zero. */
export function calculateTotals(
  items: Stripe.LineItem[],
  taxed: boolean,
  address: Address | null | undefined,
  taxId?: BusinessTaxId,
): Totals {
  const known = taxed && isUsableForTax(address);
  const priced = taxLineItems(items, known ? taxRule(address, taxId).basisPoints : 0);
  const sum = (pick: (item: Stripe.LineItem) => number) =>
    priced.reduce((total, item) => total + pick(item), 0);
  return {
    items: priced,
    subtotalCents: sum((item) => item.amount_subtotal),
    taxCents: sum((item) => item.amount_tax),
    totalCents: sum((item) => item.amount_total),
    taxStatus: taxed ? (known ? "complete" : "requires_location_inputs") : null,
  };
}

export function applyTotals(session: Session, totals: Totals): Session {
  return {
    ...session,
    amount_subtotal: totals.subtotalCents,
    amount_total: totals.totalCents,
    automatic_tax: { ...session.automatic_tax, status: totals.taxStatus },
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: totals.taxCents },
  };
}
