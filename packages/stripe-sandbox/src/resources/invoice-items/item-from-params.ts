import { bracketPath } from "../../api/bracket-path";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { priceOf } from "../checkout-sessions/line-items";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, numberOr, textOr } from "../param-readers";
import { type InvoiceItem, insertItem } from "./invoice-item";

export interface ItemPlace {
  customer: string;
  /** Null for an item that waits for an invoice. */
  invoice: string | null;
  /** The only one that the invoice can take; undefined for any. */
  currency?: string;
  /** In front of the parameters' names, where they are those of a line. */
  path: string;
}

/** Stores the item that the parameters of a line (or of an item) describe, with the price and product it brings. */
export async function itemFromParams(
  tx: Tx,
  entry: Params,
  place: ItemPlace,
): Promise<{ item: InvoiceItem; inclusive: boolean }> {
  const { price, name } = await priceOf(tx, priceEntry(entry, place), place.path);
  if (price.recurring) {
    throw invalidRequest(
      "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.",
      bracketPath(place.path, "price"),
    );
  }
  if (place.currency !== undefined && price.currency !== place.currency) {
    throw invalidRequest(
      `The currency of the line (${price.currency}) does not match the invoice's (${place.currency}).`,
      bracketPath(place.path, "price_data"),
    );
  }
  const period = mapOf(entry.period);
  const item = await insertItem(tx, {
    customer: place.customer,
    price,
    quantity: numberOr(entry.quantity, 1),
    description: textOr(entry.description, name),
    metadata: mergeMetadata({}, entry.metadata),
    period: { end: numberOr(period?.end, tx.now), start: numberOr(period?.start, tx.now) },
    discountable: entry.discountable !== false,
    invoice: place.invoice,
  });
  return { item, inclusive: price.tax_behavior === "inclusive" };
}

/** An amount alone is the price of one. */
function priceEntry(entry: Params, { currency }: ItemPlace): Params {
  const named = mapOf(entry.pricing)?.price;
  if (named !== undefined) return { price: named };
  if (typeof entry.amount !== "number") return entry;
  return {
    price_data: {
      currency: textOr(entry.currency, currency ?? "usd"),
      unit_amount: entry.amount,
      tax_behavior: textOr(entry.tax_behavior, "unspecified"),
      product_data: {
        name: textOr(entry.description, "Invoice item"),
        ...(typeof entry.tax_code === "string" && { tax_code: entry.tax_code }),
      },
    },
  };
}
