import { bracketPath } from "../../api/bracket-path";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { type BusinessTaxId, taxOnTop, taxRule, taxWithin } from "../../tax/tax-table";
import {
  checkCurrency,
  checkTaxCode,
  isUsableForTax,
  listOf,
  mapOf,
  mergeMetadata,
  mustBePositive,
  notSupported,
  numberOr,
  onlyOneOf,
} from "../params";
import { priceOfLine } from "../prices";
import type { Session } from "./session";

/** Stores the line items of a new session and creates the prices and products of their `price_data`. */
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
  const { price, name } = await priceOfLine(tx, entry, path);
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

export async function readLineItems(tx: Tx, sessionId: string): Promise<Stripe.LineItem[]> {
  const stored = await findObjects<Stripe.LineItem>(tx, "item", { session: sessionId });
  return stored.map((item) => item.data).reverse();
}

/** Applies one tax rate; each item is rounded on its own, as at Stripe. Amounts in cents. */
function taxLineItems(items: Stripe.LineItem[], basisPoints: number): Stripe.LineItem[] {
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

export interface Totals {
  items: Stripe.LineItem[];
  subtotalCents: number;
  taxCents: number;
  totalCents: number;
  /** Null when the session does not calculate tax. */
  taxStatus: Stripe.Checkout.Session.AutomaticTax.Status | null;
}

/** Calculates the totals at an address. Without a usable one the tax is unknown and counts as zero. */
export function calculateTotals(
  items: Stripe.LineItem[],
  taxed: boolean,
  address: Stripe.Address | null | undefined,
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

const MIN_TOTAL_CENTS = 50;
const MAX_TOTAL_CENTS = 99_999_999;
const MAX_ITEMS = 100;

/** Amounts in cents. */
export function checkLineItems(params: Params): void {
  const items = listOf(params.line_items);
  if (!items || items.length === 0) throw missingParameter("line_items");
  if (items.length > MAX_ITEMS)
    throw invalidRequest(`You may pass at most ${MAX_ITEMS} line items.`, "line_items");
  items.forEach((item, index) => {
    checkItem(mapOf(item) ?? {}, bracketPath("line_items", index));
  });
  if (items.some((item) => mapOf(mapOf(item)?.price_data) === undefined)) return; // once the prices are read
  const currencies = items.map((item) => String(mapOf(mapOf(item)?.price_data)?.currency));
  assertOneCurrency(new Set(currencies), params.currency);
  const total = items.reduce<number>((sum, item) => sum + itemCents(mapOf(item) ?? {}), 0);
  checkTotal(total);
}

function checkItem(item: Params, path: string): void {
  if (item.price !== undefined && item.price_data !== undefined) {
    throw onlyOneOf(["price", "price_data"], `${path}[price]`);
  }
  if (item.price === undefined && item.price_data === undefined) throw missingParameter(`${path}[price]`);
  const unsupported = ["adjustable_quantity", "tax_rates"].find((name) => item[name] !== undefined);
  if (unsupported && mapOf(item[unsupported])?.enabled !== false) {
    throw notSupported(`${path}[${unsupported}]`);
  }
  if (item.quantity === undefined) {
    throw invalidRequest(`Quantity is required. Add \`quantity\` to \`${path}\``, `${path}[quantity]`);
  }
  if (numberOr(item.quantity, 0) < 1) throw mustBePositive(`${path}[quantity]`);
  const priceData = mapOf(item.price_data);
  if (priceData) checkPriceData(priceData, `${path}[price_data]`);
}

function checkPriceData(data: Params, path: string): void {
  checkCurrency(data.currency, `${path}[currency]`);
  if (data.recurring !== undefined) throw recurringInPayment(`${path}[recurring]`);
  if (data.product === undefined && data.product_data === undefined)
    throw missingParameter(`${path}[product]`);
  if (data.product !== undefined && data.product_data !== undefined) {
    throw onlyOneOf(["product", "product_data"], `${path}[product_data]`);
  }
  checkUnitAmount(data, path);
  checkTaxCode(mapOf(data.product_data)?.tax_code, `${path}[product_data][tax_code]`);
}

function recurringInPayment(param: string) {
  return invalidRequest(
    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
    param,
  );
}

function checkUnitAmount(data: Params, path: string): void {
  if (data.unit_amount_decimal !== undefined) {
    throw notSupported(`${path}[unit_amount_decimal]`);
  }
  if (typeof data.unit_amount !== "number") throw missingParameter(`${path}[unit_amount]`);
  if (data.unit_amount < 0) {
    throw invalidRequest("Invalid non-negative integer", `${path}[unit_amount]`, "parameter_invalid_integer");
  }
  if (data.unit_amount > MAX_TOTAL_CENTS) throw amountTooLarge(`${path}[unit_amount]`);
}

/** @throws StripeError 400 for items or a session in different currencies */
function assertOneCurrency(ofItems: ReadonlySet<string>, wanted: ParamValue | undefined): void {
  const all = new Set([...ofItems].map((currency) => currency.toLowerCase()));
  if (typeof wanted === "string") all.add(wanted.toLowerCase());
  if (all.size < 2) return;
  throw invalidRequest("All line items must have the same currency.", "line_items");
}

function itemCents(item: Params): number {
  return numberOr(mapOf(item.price_data)?.unit_amount, 0) * numberOr(item.quantity, 0);
}

/** @throws StripeError 400 for a total that cannot be charged to a card */
function checkTotal(totalCents: number): void {
  if (totalCents > MAX_TOTAL_CENTS) throw amountTooLarge("line_items");
  if (totalCents >= MIN_TOTAL_CENTS) return;
  throw invalidRequest(
    "The Checkout Session's total amount due must add up to at least $0.50 usd",
    "line_items",
    "amount_too_small",
  );
}

function amountTooLarge(param: string) {
  return invalidRequest(
    "The Checkout Session's total amount due must be no more than $999,999.99",
    param,
    "amount_too_large",
  );
}
