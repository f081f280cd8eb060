import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { listOf, mapOf, numberOr, textOr } from "../param-readers";

/**
 * A product from the parameters of its own operation, or from the `product_data` of a line item.
 *
 * @param active false for one that exists only as a part of a line item: it can be looked up, not sold again
 */
export function buildProduct(tx: Tx, data: Params, active: boolean): Stripe.Product {
  return {
    id: textOr(data.id, newStripeId("prod")),
    object: "product",
    active,
    created: tx.now,
    default_price: null,
    description: textOr(data.description, null),
    images: listOf(data.images)?.map(String) ?? [],
    livemode: false,
    marketing_features: readFeatures(data.marketing_features) ?? [],
    metadata: mergeMetadata({}, data.metadata),
    name: textOr(data.name, ""),
    package_dimensions: readDimensions(data.package_dimensions),
    shippable: typeof data.shippable === "boolean" ? data.shippable : null,
    statement_descriptor: textOr(data.statement_descriptor, null),
    tax_code: textOr(data.tax_code, null),
    tax_details: null,
    type: "service",
    unit_label: textOr(data.unit_label, null),
    updated: tx.now,
    url: textOr(data.url, null),
  };
}

export function readFeatures(
  value: Params[string] | undefined,
): Stripe.Product.MarketingFeature[] | undefined {
  return listOf(value)?.map((feature) => ({ name: textOr(mapOf(feature)?.name, "") }));
}

export function readDimensions(value: Params[string] | undefined): Stripe.Product.PackageDimensions | null {
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
