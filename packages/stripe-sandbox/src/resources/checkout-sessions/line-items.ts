import { bracketPath } from "../../api/bracket-path";
import type { Params } from "../../api/request-schema";
import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { taxOnTop, taxWithin } from "../../tax/tax-table";
import { buildPrice, priceSaveOptions } from "../catalog/price";
import { buildProduct, productSaveOptions } from "../catalog/product";
import { loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf, numberOr } from "../param-readers";
import { assertOneCurrency, checkTotal, recurringInPayment } from "./check-line-items";

/** Stores the line items of a new session, with the price and product that each of them brings. */
export async function insertLineItems(tx: Tx, sessionId: string, params: Params): Promise<Stripe.LineItem[]> {
  const items: Stripe.LineItem[] = [];
  for (const [index, entry] of (listOf(params.line_items) ?? []).entries()) {
    items.push(await insertLineItem(tx, sessionId, mapOf(entry) ?? {}, bracketPath("line_items", index)));
  }
  assertOneCurrency(new Set(items.map((item) => item.currency)), params.currency);
  checkTotal(items.reduce((sum, item) => sum + item.amount_subtotal, 0));
  return items;
}

async function insertLineItem(
  tx: Tx,
  sessionId: string,
  entry: Params,
  path: string,
): Promise<Stripe.LineItem> {
  const { price, name } = await priceOf(tx, entry, path);
  if (price.recurring) throw recurringInPayment(`${path}[price]`);
  const quantity = numberOr(entry.quantity, 1);
  const amount = (price.unit_amount ?? 0) * quantity;
  const item: Stripe.LineItem = {
    id: newStripeId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: name,
    metadata: mergeMetadata({}, entry.metadata),
    price,
    quantity,
  };
  await insertObject(tx, item, { created: tx.now, refs: { session: sessionId } });
  return item;
}

/** The price that the item names, or the one that it brings along; and the name of what is sold. */
export async function priceOf(
  tx: Tx,
  entry: Params,
  path: string,
): Promise<{ price: Stripe.Price; name: string }> {
  const data = mapOf(entry.price_data);
  if (!data) return knownPrice(tx, String(entry.price), `${path}[price]`);
  const product = await productOf(tx, data, `${path}[price_data][product]`);
  const price = buildPrice(tx, product.id, data, false);
  await insertObject(tx, price, priceSaveOptions(price));
  return { price, name: product.name };
}

async function knownPrice(tx: Tx, id: string, param: string): Promise<{ price: Stripe.Price; name: string }> {
  const { data: price } = await loadReferenced<Stripe.Price>(tx, "price", id, param);
  if (!price.active) {
    throw invalidRequest(
      `The price specified is inactive. This field only accepts active prices: '${id}'`,
      param,
      "price_inactive",
    );
  }
  const { data: product } = await loadReferenced<Stripe.Product>(tx, "product", String(price.product), param);
  return { price, name: product.name };
}

async function productOf(tx: Tx, data: Params, param: string): Promise<Stripe.Product> {
  if (typeof data.product === "string") {
    return (await loadReferenced<Stripe.Product>(tx, "product", data.product, param)).data;
  }
  const product = buildProduct(tx, mapOf(data.product_data) ?? {}, false);
  await insertObject(tx, product, productSaveOptions(product));
  return product;
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
