import { bracketPath } from "../../api/bracket-path";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import {
  findObjects,
  insertObject,
  type SaveOptions,
  type StoredObject,
  updateObject,
} from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mapOf, mergeMetadata, numberOr, textOr } from "../params";
import { priceOfLine } from "../prices";

export type InvoiceItem = Stripe.InvoiceItem;

/** Stored with an item and never returned. */
export interface ItemSecrets extends Record<string, unknown> {
  /** Whether the price includes tax. */
  inclusive: boolean;
}

interface ItemInput {
  customer: string;
  price: Stripe.Price;
  quantity: number;
  description: string | null;
  metadata: Record<string, string>;
  period: Stripe.InvoiceItem.Period;
  discountable: boolean;
  /** Null for an item of the customer's next invoice. */
  invoice: string | null;
}

export async function insertItem(tx: Tx, input: ItemInput): Promise<InvoiceItem> {
  const { price, quantity } = input;
  const item = {
    id: newStripeId("ii"),
    object: "invoiceitem",
    amount: (price.unit_amount ?? 0) * quantity,
    currency: price.currency,
    customer: input.customer,
    customer_account: null,
    date: tx.now,
    description: input.description,
    discountable: input.discountable,
    discounts: [],
    invoice: input.invoice,
    livemode: false,
    metadata: input.metadata,
    parent: null,
    period: input.period,
    pricing: {
      price_details: { price: price.id, product: price.product as string },
      type: "price_details",
      unit_amount_decimal: String(price.unit_amount ?? 0),
    },
    proration: false,
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: null,
  };
  // The SDK's type has parsed decimals; over HTTP they are strings.
  const stored = item as unknown as InvoiceItem;
  const secrets: ItemSecrets = { inclusive: price.tax_behavior === "inclusive" };
  await insertObject(tx, stored, { ...saveOptions(stored), created: tx.now, private: secrets });
  return stored;
}

/** Returns the items for the customer's next invoice in this currency, oldest first. */
export async function pendingItems(
  tx: Tx,
  customer: string,
  currency: string,
): Promise<StoredObject<InvoiceItem>[]> {
  const stored = await findObjects<InvoiceItem>(tx, "invoiceitem", { customer, pending: true });
  return stored.filter(({ data }) => data.currency === currency).reverse();
}

export async function assignToInvoice(tx: Tx, pending: InvoiceItem, invoice: string): Promise<InvoiceItem> {
  const item: InvoiceItem = { ...pending, invoice };
  await updateObject(tx, item, saveOptions(item));
  return item;
}

function saveOptions(item: InvoiceItem): SaveOptions {
  return {
    refs: {
      customer: item.customer as string,
      invoice: item.invoice as string | null,
      pending: item.invoice === null,
    },
  };
}

interface ItemPlace {
  customer: string;
  /** Null for an item of the customer's next invoice. */
  invoice: string | null;
  /** The invoice's currency; undefined without an invoice. */
  currency?: string;
  /** Prefix of the parameter names, for a line of `add_lines`. */
  path: string;
}

/** Creates an item from the parameters of an item or a line, with its price and product. */
export async function itemFromParams(
  tx: Tx,
  entry: Params,
  place: ItemPlace,
): Promise<{ item: InvoiceItem; inclusive: boolean }> {
  const { price, name } = await priceOfLine(tx, priceEntry(entry, place), place.path);
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

/** An `amount` is the price of one unit. */
function priceEntry(entry: Params, { currency }: ItemPlace): Params {
  const requested = mapOf(entry.pricing)?.price;
  if (requested !== undefined) return { price: requested };
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
