import type { ApiRequest } from "../../api/operation";
import type { Params } from "../../api/request-schema";
import { invalidRequest, missingParameter } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { isCurrency } from "../checkout-sessions/currencies";
import { loadLive, loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, numberOr, textOr, updatedText } from "../param-readers";
import { checkTaxCode } from "../tax-code";
import { buildPrice, priceSaveOptions } from "./price";
import { buildProduct, productSaveOptions } from "./product";
import { refuseNotBuilt } from "./refuse-not-built";

const MAX_CENTS = 99_999_999;
/** Three years, in each unit. @see https://docs.stripe.com/api/prices/create */
const MAX_INTERVALS: Record<string, number> = { day: 1095, week: 156, month: 36, year: 3 };

const NOT_BUILT = [
  "currency_options",
  "custom_unit_amount",
  "tiers",
  "tiers_mode",
  "transfer_lookup_key",
  "transform_quantity",
  "unit_amount_decimal",
];

export function checkPrice({ params, ids }: ApiRequest): void {
  refuseNotBuilt(params, NOT_BUILT);
  if (params.billing_scheme === "tiered") {
    throw invalidRequest("This sandbox does not support tiered prices.", "billing_scheme");
  }
  checkRecurring(mapOf(params.recurring));
  if (ids.price === undefined) checkNewPrice(params);
}

/** A recurring price can be stored; nothing here sells one, because there are no subscriptions. */
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
  if (!isCurrency(String(params.currency))) {
    throw invalidRequest(`Invalid currency: ${params.currency}.`, "currency");
  }
  if (params.product === undefined && params.product_data === undefined) throw missingParameter("product");
  if (params.product !== undefined && params.product_data !== undefined) {
    throw invalidRequest(
      "You may only specify one of these parameters: product, product_data.",
      "product_data",
    );
  }
  const product = mapOf(params.product_data);
  if (product?.tax_details !== undefined) refuseNotBuilt(product, ["tax_details"]);
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

export function checkPriceList({ params }: ApiRequest): void {
  refuseNotBuilt(params, ["lookup_keys", "recurring"]);
}

export async function createPrice(tx: Tx, { params }: ApiRequest): Promise<Stripe.Price> {
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
  const [taken] = await tx.query("SELECT 1 FROM object WHERE id = $1", [product.id]);
  if (taken) {
    throw invalidRequest(
      `Product already exists: ${product.id}`,
      "product_data[id]",
      "resource_already_exists",
    );
  }
  await insertObject(tx, product, productSaveOptions(product));
  await recordEvent(tx, "product.created", product);
  return product.id;
}

export async function updatePrice(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Price> {
  const { data: before } = await loadLive<Stripe.Price>(tx, "price", ids.price ?? "");
  if (params.lookup_key !== before.lookup_key) await assertFreeLookupKey(tx, params.lookup_key);
  const after: Stripe.Price = {
    ...before,
    active: typeof params.active === "boolean" ? params.active : before.active,
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
  const wanted = textOr(params.tax_behavior, before.tax_behavior) as Stripe.Price["tax_behavior"];
  if (wanted === before.tax_behavior || before.tax_behavior === "unspecified") return wanted;
  throw invalidRequest(
    `Once a price's tax behavior is set to ${before.tax_behavior}, it cannot be changed.`,
    "tax_behavior",
  );
}

/** One price at a time holds a lookup key. */
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
