import type { Params } from "../../api/request-schema";
import type { Stripe } from "../../stripe-types";
import { mapOf } from "../param-readers";

/** The intent with the card options of a request; the rest of them is refused before. */
export function withOptions(intent: Stripe.PaymentIntent, params: Params): Stripe.PaymentIntent {
  const wanted = mapOf(mapOf(params.payment_method_options)?.card)?.request_three_d_secure;
  const card = intent.payment_method_options?.card;
  if (typeof wanted !== "string" || !card) return intent;
  return {
    ...intent,
    payment_method_options: {
      ...intent.payment_method_options,
      card: { ...card, request_three_d_secure: wanted as typeof card.request_three_d_secure },
    },
  };
}
