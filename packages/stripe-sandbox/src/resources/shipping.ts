import type { ParamValue } from "../api/request-schema";
import type { Stripe } from "../stripe-types";
import { readAddress } from "./address";
import { mapOf, textOr } from "./param-readers";

/** Where goods are sent, as PaymentIntents and charges show it. */
export function readShipping(value: ParamValue | undefined): Stripe.PaymentIntent.Shipping | null {
  const shipping = mapOf(value);
  if (!shipping) return null;
  return {
    address: (readAddress(shipping.address) ?? undefined) as Stripe.Address | undefined,
    carrier: textOr(shipping.carrier, null),
    name: textOr(shipping.name, undefined),
    phone: textOr(shipping.phone, null),
    tracking_number: textOr(shipping.tracking_number, null),
  } as Stripe.PaymentIntent.Shipping;
}
