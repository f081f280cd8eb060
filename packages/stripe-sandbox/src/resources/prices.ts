import type { ApiRequest, Operation } from "../api/operation";
import type { Params } from "../api/request-schema";
import { invalidRequest, missingParameter } from "../api/stripe-error";
import { changedAttributes, recordEvent } from "../events/record-event";
import type { Tx } from "../runtime";
import { newStripeId } from "../store/ids";
import { insertObject, type SaveOptions, updateObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { listOperation, loadLive, loadReferenced, retrieveOperation } from "./load-object";
import {
  booleanOr,
  checkCurrency,
  checkTaxCode,
  enumOr,
  mapOf,
  mergeMetadata,
  numberOr,
  onlyOneOf,
  refuseUnsupported,
  textOr,
  updatedText,
} from "./params";
import { buildProduct, insertProduct, productSaveOptions } from "./products";

export const priceOperations: readonly Operation[] = [
  { id: "Prices.create", check: checkPrice, run: createPrice },
  retrieveOperation("Prices.retrieve", "price", "price"),
  { id: "Prices.update", canUnset: ["lookup_key", "nickname"], check: checkPrice, run: updatePrice },
  {
    ...listOperation("Prices.list", "price", ["active", "currency", "product", "type"]),
    check: checkPriceList,
  },
];

const MAX_CENTS = 99_999_999;
/** Three years, in each unit. @see https://docs.stripe.com/api/prices/create */
const MAX_INTERVALS: Record<string, number> = { day: 1095, week: 156, month: 36, year: 3 };

const UNSUPPORTED = [
  "currency_options",
  "custom_unit_amount",
  "tiers",
  "tiers_mode",
  "transfer_lookup_key",
  "transform_quantity",
  "unit_amount_decimal",
];

function checkPrice({ params, ids }: ApiRequest): void {
  refuseUnsupported(params, UNSUPPORTED);
  if (params.billing_scheme === "tiered") {
    throw invalidRequest("This sandbox does not support tiered prices.", "billing_scheme");
  }
  checkRecurring(mapOf(params.recurring));
  if (ids.price === undefined) checkNewPrice(params);
}

/** Recurring prices are stored but cannot be sold: there are no subscriptions. */
function checkRecurring(recurring: Params | undefined): void {
  if (!recurring) return;
  if (recurring.usage_type === "metered" || recurring.meter !== undefined) {
    throw invalidRequest("This sandbox has no meters, so no metered prices.", "recurring[usage_type]");
  }
  const count = numberOr(recurring.interval_count, 1);
  const most = MAX_INTERVALS[String(recurring.interval)] ?? 0;
  if (count >= 1 && count <= most) return;
  throw invalidRequest(
    `Invalid interval_count: it must be between 1 and ${most} for the interval ${recurring.interval}.`,
    "recurring[interval_count]",
  );
}

function checkNewPrice(params: Params): void {
  checkCurrency(params.currency, "currency");
  if (params.product === undefined && params.product_data === undefined) throw missingParameter("product");
  if (params.product !== undefined && params.product_data !== undefined) {
    throw onlyOneOf(["product", "product_data"], "product_data");
  }
  const product = mapOf(params.product_data);
  if (product?.tax_details !== undefined) refuseUnsupported(product, ["tax_details"]);
  checkTaxCode(product?.tax_code, "product_data[tax_code]");
  if (typeof params.unit_amount !== "number") throw missingParameter("unit_amount");
  if (params.unit_amount < 0) {
    throw invalidRequest("Invalid non-negative integer", "unit_amount", "parameter_invalid_integer");
  }
  if (params.unit_amount > MAX_CENTS) {
    throw invalidRequest(
      "Invalid unit amount: it must be at most 99999999.",
      "unit_amount",
      "amount_too_large",
    );
  }
}

function checkPriceList({ params }: ApiRequest): void {
  refuseUnsupported(params, ["lookup_keys", "recurring"]);
}

async function createPrice(tx: Tx, { params }: ApiRequest): Promise<Stripe.Price> {
  await assertFreeLookupKey(tx, params.lookup_key);
  const price = buildPrice(tx, await productOf(tx, params), params, params.active !== false);
  await insertObject(tx, price, priceSaveOptions(price));
  await recordEvent(tx, "price.created", price);
  return price;
}

async function productOf(tx: Tx, params: Params): Promise<string> {
  const data = mapOf(params.product_data);
  if (!data) {
    return (await loadReferenced<Stripe.Product>(tx, "product", textOr(params.product, ""), "product")).data
      .id;
  }
  const product = buildProduct(tx, data, data.active !== false);
  await insertProduct(tx, product, "product_data[id]");
  return product.id;
}

async function updatePrice(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Price> {
  const { data: before } = await loadLive<Stripe.Price>(tx, "price", ids.price ?? "");
  if (params.lookup_key !== before.lookup_key) await assertFreeLookupKey(tx, params.lookup_key);
  const after: Stripe.Price = {
    ...before,
    active: booleanOr(params.active, before.active),
    lookup_key: updatedText(params.lookup_key, before.lookup_key),
    metadata: mergeMetadata(before.metadata, params.metadata),
    nickname: updatedText(params.nickname, before.nickname),
    tax_behavior: taxBehavior(before, params),
  };
  const previous = changedAttributes(before, after);
  if (!previous) return before;
  await updateObject(tx, after, priceSaveOptions(after));
  await recordEvent(tx, "price.updated", after, previous);
  return after;
}

function taxBehavior(before: Stripe.Price, params: Params): Stripe.Price["tax_behavior"] {
  const wanted = enumOr<Stripe.Price["tax_behavior"]>(params.tax_behavior, before.tax_behavior);
  if (wanted === before.tax_behavior || before.tax_behavior === "unspecified") return wanted;
  throw invalidRequest(
    `Once a price's tax behavior is set to ${before.tax_behavior}, it cannot be changed.`,
    "tax_behavior",
  );
}

/** A lookup key belongs to one price at a time. */
async function assertFreeLookupKey(tx: Tx, key: Params[string] | undefined): Promise<void> {
  if (typeof key !== "string") return;
  const [taken] = await tx.query("SELECT id FROM object WHERE type = 'price' AND refs @> $1::jsonb LIMIT 1", [
    JSON.stringify({ lookup_key: key }),
  ]);
  if (!taken) return;
  throw invalidRequest(
    `A price (\`${taken.id}\`) already uses that lookup key.`,
    "lookup_key",
    "resource_already_exists",
  );
}

/**
 * Builds a price per unit from the parameters of its own operation or of a `price_data`.
 *
 * @param active false for a `price_data`: such a price can be retrieved but not used again
 */
function buildPrice(tx: Tx, product: string, data: Params, active: boolean): Stripe.Price {
  const unitAmount = numberOr(data.unit_amount, 0);
  const price = {
    id: newStripeId("price"),
    object: "price",
    active,
    billing_scheme: "per_unit",
    created: tx.now,
    currency: textOr(data.currency, "usd").toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: textOr(data.lookup_key, null),
    metadata: mergeMetadata({}, data.metadata),
    nickname: textOr(data.nickname, null),
    product,
    recurring: readRecurring(data.recurring),
    tax_behavior: textOr(data.tax_behavior, "unspecified"),
    tiers_mode: null,
    transform_quantity: null,
    type: data.recurring === undefined ? "one_time" : "recurring",
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
  };
  // The SDK's type has a parsed decimal; over HTTP it is a string.
  return price as unknown as Stripe.Price;
}

function readRecurring(value: Params[string] | undefined): Stripe.Price["recurring"] {
  const map = mapOf(value);
  if (!map) return null;
  return {
    interval: enumOr(map.interval, "month"),
    interval_count: numberOr(map.interval_count, 1),
    meter: null,
    trial_period_days: typeof map.trial_period_days === "number" ? map.trial_period_days : null,
    usage_type: "licensed",
  };
}

function priceSaveOptions(price: Stripe.Price): SaveOptions {
  return {
    refs: {
      active: price.active,
      currency: price.currency,
      product: price.product as string,
      type: price.type,
      lookup_key: price.lookup_key,
    },
  };
}

/**
 * Returns the price of a line item and the name of its product: those that `price` names, or new ones from
 * `price_data`, which no event announces.
 */
export async function priceOfLine(
  tx: Tx,
  entry: Params,
  path: string,
): Promise<{ price: Stripe.Price; name: string }> {
  const data = mapOf(entry.price_data);
  if (!data) return existingPrice(tx, String(entry.price), `${path}[price]`);
  const product = await productOfLine(tx, data, `${path}[price_data][product]`);
  const price = buildPrice(tx, product.id, data, false);
  await insertObject(tx, price, priceSaveOptions(price));
  return { price, name: product.name };
}

async function existingPrice(
  tx: Tx,
  id: string,
  param: string,
): Promise<{ price: Stripe.Price; name: string }> {
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

async function productOfLine(tx: Tx, data: Params, param: string): Promise<Stripe.Product> {
  if (typeof data.product === "string") {
    return (await loadReferenced<Stripe.Product>(tx, "product", data.product, param)).data;
  }
  const product = buildProduct(tx, mapOf(data.product_data) ?? {}, false);
  await insertObject(tx, product, productSaveOptions(product));
  return product;
}
