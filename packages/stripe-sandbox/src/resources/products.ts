import type { ApiRequest, Operation } from "../api/operation";
import type { Params } from "../api/request-schema";
import { invalidRequest } from "../api/stripe-error";
import { changedAttributes, recordEvent } from "../events/record-event";
import type { Tx } from "../runtime";
import { newStripeId } from "../store/ids";
import {
  findObject,
  findObjects,
  insertObject,
  markDeleted,
  type SaveOptions,
  updateObject,
} from "../store/objects";
import type { Stripe } from "../stripe-types";
import { listOperation, loadLive, loadReferenced } from "./load-object";
import {
  booleanOr,
  checkTaxCode,
  listOf,
  mapOf,
  mergeMetadata,
  numberOr,
  refuseUnsupported,
  textOr,
  textsOf,
  updatedText,
} from "./params";

export const productOperations: readonly Operation[] = [
  { id: "Products.create", check: checkProduct, run: createProduct },
  { id: "Products.retrieve", run: retrieveProduct },
  { id: "Products.update", check: checkProduct, run: updateProduct },
  { id: "Products.del", run: deleteProduct },
  {
    ...listOperation("Products.list", "product", ["active", "shippable", "type", "url"]),
    check: checkProductList,
  },
];

const UNSUPPORTED = ["default_price_data", "tax_details"];

function checkProduct({ params }: ApiRequest): void {
  refuseUnsupported(params, UNSUPPORTED);
  if (params.type === "good") {
    throw invalidRequest("This sandbox does not support products of the type good.", "type");
  }
  if (typeof params.id === "string" && !/^[A-Za-z0-9_-]{1,255}$/.test(params.id)) {
    throw invalidRequest("Invalid product id: it may have letters, digits, dashes and underscores.", "id");
  }
  checkTaxCode(params.tax_code, "tax_code");
}

function checkProductList({ params }: ApiRequest): void {
  refuseUnsupported(params, ["ids"]);
}

async function createProduct(tx: Tx, { params }: ApiRequest): Promise<Stripe.Product> {
  const product = buildProduct(tx, params, params.active !== false);
  await insertProduct(tx, product);
  return product;
}

/** Stores and announces a new product. The caller may have chosen its id, in the parameter `param`. */
export async function insertProduct(tx: Tx, product: Stripe.Product, param?: string): Promise<void> {
  const [taken] = await tx.query("SELECT 1 FROM object WHERE id = $1", [product.id]);
  if (taken) {
    throw invalidRequest(`Product already exists: ${product.id}`, param, "resource_already_exists");
  }
  await insertObject(tx, product, productSaveOptions(product));
  await recordEvent(tx, "product.created", product);
}

async function updateProduct(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Product> {
  const { data: before } = await loadLive<Stripe.Product>(tx, "product", ids.id ?? "");
  const after: Stripe.Product = {
    ...before,
    active: booleanOr(params.active, before.active),
    default_price: await readDefaultPrice(tx, before, params.default_price),
    description: updatedText(params.description, before.description),
    images: params.images === null ? [] : (textsOf(params.images) ?? before.images),
    marketing_features:
      params.marketing_features === null
        ? []
        : (readFeatures(params.marketing_features) ?? before.marketing_features),
    metadata: mergeMetadata(before.metadata, params.metadata),
    name: textOr(params.name, before.name),
    package_dimensions:
      params.package_dimensions === undefined
        ? before.package_dimensions
        : readDimensions(params.package_dimensions),
    shippable: booleanOr(params.shippable, before.shippable),
    statement_descriptor: textOr(params.statement_descriptor, before.statement_descriptor),
    tax_code: updatedText(params.tax_code, before.tax_code as string | null),
    unit_label: updatedText(params.unit_label, before.unit_label ?? null),
    url: updatedText(params.url, before.url),
  };
  if (!changedAttributes(before, after)) return before;
  const changed = { ...after, updated: tx.now };
  await updateObject(tx, changed, productSaveOptions(changed));
  await recordEvent(tx, "product.updated", changed, changedAttributes(before, changed));
  return changed;
}

/** A deleted product is missing, unlike a deleted customer. */
async function retrieveProduct(tx: Tx, { ids }: ApiRequest): Promise<Stripe.Product> {
  return (await loadLive<Stripe.Product>(tx, "product", ids.id ?? "")).data;
}

/** @throws StripeError 400 for a product with prices, also those of line items */
async function deleteProduct(tx: Tx, { ids }: ApiRequest): Promise<Stripe.DeletedProduct> {
  const { data: product } = await loadLive<Stripe.Product>(tx, "product", ids.id ?? "");
  const prices = await findObjects(tx, "price", { product: product.id });
  if (prices.length > 0) {
    throw invalidRequest(
      "This product cannot be deleted because it has one or more user-created prices. Archive it with active=false instead.",
    );
  }
  const stub: Stripe.DeletedProduct = { id: product.id, object: "product", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "product.deleted", product);
  return stub;
}

async function readDefaultPrice(
  tx: Tx,
  product: Stripe.Product,
  value: ApiRequest["params"][string] | undefined,
): Promise<string | null> {
  const current = (product.default_price ?? null) as string | null;
  if (typeof value !== "string") return current;
  const price = await findObject<Stripe.Price>(tx, "price", value);
  if (price && price.data.product !== product.id) {
    throw invalidRequest(
      `The price specified does not belong to the product: '${value}' and '${product.id}'.`,
      "default_price",
    );
  }
  return (await loadReferenced<Stripe.Price>(tx, "price", value, "default_price")).data.id;
}

/**
 * Builds a product from the parameters of its own operation or of a `product_data`.
 *
 * @param active false for a `product_data`: such a product can be retrieved but not sold again
 */
export function buildProduct(tx: Tx, data: Params, active: boolean): Stripe.Product {
  return {
    id: textOr(data.id, newStripeId("prod")),
    object: "product",
    active,
    created: tx.now,
    default_price: null,
    description: textOr(data.description, null),
    images: textsOf(data.images) ?? [],
    livemode: false,
    marketing_features: readFeatures(data.marketing_features) ?? [],
    metadata: mergeMetadata({}, data.metadata),
    name: textOr(data.name, ""),
    package_dimensions: readDimensions(data.package_dimensions),
    shippable: booleanOr(data.shippable, null),
    statement_descriptor: textOr(data.statement_descriptor, null),
    tax_code: textOr(data.tax_code, null),
    tax_details: null,
    type: "service",
    unit_label: textOr(data.unit_label, null),
    updated: tx.now,
    url: textOr(data.url, null),
  };
}

function readFeatures(value: Params[string] | undefined): Stripe.Product.MarketingFeature[] | undefined {
  return listOf(value)?.map((feature) => ({ name: textOr(mapOf(feature)?.name, "") }));
}

function readDimensions(value: Params[string] | undefined): Stripe.Product.PackageDimensions | null {
  const map = mapOf(value);
  if (!map) return null;
  return {
    height: numberOr(map.height, 0),
    length: numberOr(map.length, 0),
    weight: numberOr(map.weight, 0),
    width: numberOr(map.width, 0),
  };
}

export function productSaveOptions(product: Stripe.Product): SaveOptions {
  return {
    refs: { active: product.active, type: product.type, url: product.url, shippable: product.shippable },
  };
}
