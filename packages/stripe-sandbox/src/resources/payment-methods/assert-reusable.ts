import { invalidRequest } from "../../api/stripe-error";
import type { StoredObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { MethodSecrets } from "./method-secrets";

/** @throws StripeError 400 for a payment method that was used up or taken off its customer */
export function assertReusable(stored: StoredObject<Stripe.PaymentMethod>): void {
  const secrets: MethodSecrets = stored.private;
  if (!secrets.isUsedUp) return;
  throw invalidRequest(
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.",
  );
}
