import type { Params } from "../../api/request-schema";
import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { mapOf, numberOr, textOr } from "../param-readers";

/**
 * A price per unit, in cents, from the parameters of its own operation or from the `price_data` of a line item.
 *
 * @param active false for one that exists only as a part of a line item: it can be looked up, not used again
 */
export function buildPrice(tx: Tx, product: string, data: Params, active: boolean): Stripe.Price {
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
  // The SDK describes the decimal as the object it parses it into; over HTTP it is text.
  return price as unknown as Stripe.Price;
}

function readRecurring(value: Params[string] | undefined): Stripe.Price["recurring"] {
  const map = mapOf(value);
  if (!map) return null;
  return {
    interval: textOr(map.interval, "month") as Stripe.Price.Recurring.Interval,
    interval_count: numberOr(map.interval_count, 1),
    meter: null,
    trial_period_days: typeof map.trial_period_days === "number" ? map.trial_period_days : null,
    usage_type: "licensed",
  };
}

export function priceSaveOptions(price: Stripe.Price): SaveOptions {
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
