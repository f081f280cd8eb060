import type { ApiRequest } from "../../api/operation";
import { invalidRequest, StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, findObjects, insertObject, markDeleted, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive, loadReferenced } from "../load-object";
import { mergeMetadata } from "../merge-metadata";
import { listOf, textOr, updatedText } from "../param-readers";
import { checkTaxCode } from "../tax-code";
import { buildProduct, productSaveOptions, readDimensions, readFeatures } from "./product";
import { refuseNotBuilt } from "./refuse-not-built";

const NOT_BUILT = ["default_price_data", "tax_details"];

export function checkProduct({ params }: ApiRequest): void {
  refuseNotBuilt(params, NOT_BUILT);
  if (params.type === "good") {
    throw invalidRequest("This sandbox does not support products of the type good.", "type");
  }
  if (typeof params.id === "string" && !/^[A-Za-z0-9_-]{1,255}$/.test(params.id)) {
    throw invalidRequest("Invalid product id: it may have letters, digits, dashes and underscores.", "id");
  }
  checkTaxCode(params.tax_code, "tax_code");
}

export function checkProductList({ params }: ApiRequest): void {
  refuseNotBuilt(params, ["ids"]);
}

export async function createProduct(tx: Tx, { params }: ApiRequest): Promise<Stripe.Product> {
  const product = buildProduct(tx, params, params.active !== false);
  await assertNewId(tx, product.id);
  await insertObject(tx, product, productSaveOptions(product));
  await recordEvent(tx, "product.created", product);
  return product;
}

/** Ids of products may be chosen by the caller. */
async function assertNewId(tx: Tx, id: string): Promise<void> {
  const [taken] = await tx.query("SELECT 1 FROM object WHERE id = $1", [id]);
  if (!taken) return;
  throw new StripeError(400, {
    type: "invalid_request_error",
    code: "resource_already_exists",
    message: `Product already exists: ${id}`,
  });
}

export async function updateProduct(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Product> {
  const { data: before } = await loadLive<Stripe.Product>(tx, "product", ids.id ?? "");
  const after: Stripe.Product = {
    ...before,
    active: typeof params.active === "boolean" ? params.active : before.active,
    default_price: await readDefaultPrice(tx, before, params.default_price),
    description: updatedText(params.description, before.description),
    images: params.images === null ? [] : (listOf(params.images)?.map(String) ?? before.images),
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
    shippable: typeof params.shippable === "boolean" ? params.shippable : before.shippable,
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

/** Unlike a deleted customer, a deleted product is missing: Stripe's SDK knows no answer for it. */
export async function retrieveProduct(tx: Tx, { ids }: ApiRequest): Promise<Stripe.Product> {
  return (await loadLive<Stripe.Product>(tx, "product", ids.id ?? "")).data;
}

/** @throws StripeError 400 for a product that has prices, also those that line items brought along */
export async function deleteProduct(tx: Tx, { ids }: ApiRequest): Promise<Stripe.DeletedProduct> {
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
