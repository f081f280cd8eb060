import { bracketPath } from "../../api/bracket-path";
import type { Params, ParamValue } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { listOf, mapOf, numberOr } from "../param-readers";
import { checkTaxCode } from "../tax-code";
import { isCurrency } from "./currencies";

const MIN_TOTAL_CENTS = 50;
const MAX_TOTAL_CENTS = 99_999_999;
const MAX_ITEMS = 100;

/** Rules for the line items of a payment; amounts in cents. */
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
    throw invalidRequest(
      "You may only specify one of these parameters: price, price_data.",
      `${path}[price]`,
    );
  }
  if (item.price === undefined && item.price_data === undefined) throw missingParameter(`${path}[price]`);
  const unbuilt = ["adjustable_quantity", "tax_rates"].find((name) => item[name] !== undefined);
  if (unbuilt && mapOf(item[unbuilt])?.enabled !== false) {
    throw invalidRequest(
      `This sandbox does not support the parameter ${path}[${unbuilt}] yet.`,
      `${path}[${unbuilt}]`,
    );
  }
  if (item.quantity === undefined) {
    throw invalidRequest(`Quantity is required. Add \`quantity\` to \`${path}\``, `${path}[quantity]`);
  }
  if (numberOr(item.quantity, 0) < 1) throw atLeastOne(`${path}[quantity]`);
  const priceData = mapOf(item.price_data);
  if (priceData) checkPriceData(priceData, `${path}[price_data]`);
}

function atLeastOne(param: string) {
  return invalidRequest("This value must be greater than or equal to 1.", param, "parameter_invalid_integer");
}

function checkPriceData(data: Params, path: string): void {
  if (!isCurrency(String(data.currency))) {
    throw invalidRequest(`Invalid currency: ${data.currency}.`, `${path}[currency]`);
  }
  if (data.recurring !== undefined) throw recurringInPayment(`${path}[recurring]`);
  if (data.product === undefined && data.product_data === undefined)
    throw missingParameter(`${path}[product]`);
  if (data.product !== undefined && data.product_data !== undefined) {
    throw invalidRequest(
      "You may only specify one of these parameters: product, product_data.",
      `${path}[product_data]`,
    );
  }
  checkUnitAmount(data, path);
  checkTaxCode(mapOf(data.product_data)?.tax_code, `${path}[product_data][tax_code]`);
}

export function recurringInPayment(param: string) {
  return invalidRequest(
    "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
    param,
  );
}

function checkUnitAmount(data: Params, path: string): void {
  if (data.unit_amount_decimal !== undefined) {
    throw invalidRequest(
      `This sandbox does not support the parameter ${path}[unit_amount_decimal] yet.`,
      `${path}[unit_amount_decimal]`,
    );
  }
  if (typeof data.unit_amount !== "number") throw missingParameter(`${path}[unit_amount]`);
  if (data.unit_amount < 0) {
    throw invalidRequest("Invalid non-negative integer", `${path}[unit_amount]`, "parameter_invalid_integer");
  }
  if (data.unit_amount > MAX_TOTAL_CENTS) throw amountTooLarge(`${path}[unit_amount]`);
}

/** @throws StripeError when the items, or the session itself, name different currencies */
export function assertOneCurrency(ofItems: ReadonlySet<string>, wanted: ParamValue | undefined): void {
  const all = new Set([...ofItems].map((currency) => currency.toLowerCase()));
  if (typeof wanted === "string") all.add(wanted.toLowerCase());
  if (all.size < 2) return;
  throw invalidRequest("All line items must have the same currency.", "line_items");
}

function itemCents(item: Params): number {
  return numberOr(mapOf(item.price_data)?.unit_amount, 0) * numberOr(item.quantity, 0);
}

/** @throws StripeError when the total cannot be charged to a card */
export function checkTotal(totalCents: number): void {
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
