import type { Params } from "../../api/request-schema";
import { invalidRequest, noSuchObject } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { taxOnTop, taxWithin } from "../../tax/tax-table";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf, numberOr, textOr } from "../param-readers";

/** Stores the line items of a new session, with the price and product that each of them brings. */
export async function insertLineItems(tx: Tx, sessionId: string, params: Params): Promise<Stripe.LineItem[]> {
  const items: Stripe.LineItem[] = [];
  for (const entry of listOf(params.line_items) ?? []) {
    const item = await insertLineItem(tx, sessionId, mapOf(entry) ?? {});
    items.push(item);
  }
  return items;
}

async function insertLineItem(tx: Tx, sessionId: string, entry: Params): Promise<Stripe.LineItem> {
  const priceData = mapOf(entry.price_data);
  if (!priceData) throw unknownPrice(String(entry.price));
  const product = buildProduct(tx, mapOf(priceData.product_data) ?? {});
  const price = buildPrice(tx, product.id, priceData);
  const quantity = numberOr(entry.quantity, 1);
  const amount = numberOr(priceData.unit_amount, 0) * quantity;
  const item: Stripe.LineItem = {
    id: newStripeId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product.name,
    metadata: mergeMetadata({}, entry.metadata),
    price,
    quantity,
  };
  await insertObject(tx, product);
  await insertObject(tx, price);
  await insertObject(tx, item, { created: tx.now, refs: { session: sessionId } });
  return item;
}

/** Prices cannot be made ahead of a session yet, so any id is unknown; those of other sessions are used up. */
function unknownPrice(id: string) {
  if (!id.startsWith("price_"))
    return invalidRequest(`No such price: '${id}'`, "line_items[0][price]", "resource_missing");
  return noSuchObject("price", id, "line_items[0][price]", 400);
}

function buildProduct(tx: Tx, data: Params): Stripe.Product {
  return {
    id: newStripeId("prod"),
    object: "product",
    active: false,
    created: tx.now,
    default_price: null,
    description: textOr(data.description, null),
    images: listOf(data.images)?.map(String) ?? [],
    livemode: false,
    marketing_features: [],
    metadata: mergeMetadata({}, data.metadata),
    name: textOr(data.name, ""),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: textOr(data.tax_code, null),
    tax_details: null,
    type: "service",
    unit_label: textOr(data.unit_label, null),
    updated: tx.now,
    url: null,
  };
}

function buildPrice(tx: Tx, product: string, data: Params): Stripe.Price {
  const price = {
    id: newStripeId("price"),
    object: "price",
    active: false,
    billing_scheme: "per_unit",
    created: tx.now,
    currency: textOr(data.currency, "usd").toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product,
    recurring: null,
    tax_behavior: textOr(data.tax_behavior, "unspecified") as Stripe.Price.TaxBehavior,
    tiers_mode: null,
    transform_quantity: null,
    type: "one_time",
    unit_amount: numberOr(data.unit_amount, 0),
    unit_amount_decimal: String(numberOr(data.unit_amount, 0)),
  } as const;
  // The SDK describes the decimal as the object it parses it into; over HTTP it is text.
  return price as unknown as Stripe.Price;
}

export async function readLineItems(tx: Tx, sessionId: string): Promise<Stripe.LineItem[]> {
  const stored = await findObjects<Stripe.LineItem>(tx, "item", { session: sessionId });
  return stored.map((item) => item.data).reverse();
}

/** The items with the tax of one rate, each rounded on its own as Stripe does. Amounts in cents. */
export function taxLineItems(items: Stripe.LineItem[], basisPoints: number): Stripe.LineItem[] {
  return items.map((item) => {
    const gross = (item.price?.unit_amount ?? 0) * (item.quantity ?? 1);
    if (item.price?.tax_behavior === "inclusive") {
      const tax = taxWithin(gross, basisPoints);
      return { ...item, amount_subtotal: gross, amount_tax: tax, amount_total: gross };
    }
    const tax = taxOnTop(gross, basisPoints);
    return { ...item, amount_subtotal: gross, amount_tax: tax, amount_total: gross + tax };
  });
}

export async function saveLineItems(tx: Tx, items: Stripe.LineItem[]): Promise<void> {
  for (const item of items) await updateObject(tx, item);
}
