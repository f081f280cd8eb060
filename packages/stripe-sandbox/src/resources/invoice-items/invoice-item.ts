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

export type InvoiceItem = Stripe.InvoiceItem;

/** What an item remembers and never shows. */
export interface ItemSecrets extends Record<string, unknown> {
  /** Is the tax within the price? */
  inclusive: boolean;
}

export interface ItemInput {
  customer: string;
  price: Stripe.Price;
  quantity: number;
  description: string | null;
  metadata: Record<string, string>;
  period: Stripe.InvoiceItem.Period;
  discountable: boolean;
  /** Null while it waits for the customer's next invoice. */
  invoice: string | null;
}

/** Stores something that a customer is to be billed for. */
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
  // The SDK describes decimals as the objects it parses them into; over HTTP they are text.
  const stored = item as unknown as InvoiceItem;
  const secrets: ItemSecrets = { inclusive: price.tax_behavior === "inclusive" };
  await insertObject(tx, stored, { ...saveOptions(stored), created: tx.now, private: secrets });
  return stored;
}

/** The items that wait for the customer's next invoice in this currency, oldest first. */
export async function pendingItems(
  tx: Tx,
  customer: string,
  currency: string,
): Promise<StoredObject<InvoiceItem>[]> {
  const stored = await findObjects<InvoiceItem>(tx, "invoiceitem", { customer, pending: true });
  return stored.filter(({ data }) => data.currency === currency).reverse();
}

export async function putOnInvoice(tx: Tx, pending: InvoiceItem, invoice: string): Promise<InvoiceItem> {
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
