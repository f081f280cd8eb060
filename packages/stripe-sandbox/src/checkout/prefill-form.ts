import { brandOf } from "../cards/card-brands";
import type { PayerDetails, Session } from "../resources/checkout-sessions/session";
import type { Stripe } from "../stripe-types";
import type { CheckoutForm } from "./checkout-form";
import { isCountry } from "./countries";

/** Returns the initial form: what is known about the customer or was entered before, without a card. */
export function prefillForm(
  session: Session,
  customer: Stripe.Customer | undefined,
  savedCards: Stripe.PaymentMethod[],
  entered?: PayerDetails,
): CheckoutForm {
  return {
    email: session.customer_details?.email ?? entered?.email ?? "",
    name: entered?.name ?? customer?.name ?? "",
    ...addressFields(entered?.address ?? customer?.address),
    taxId: entered?.taxId?.value ?? "",
    cardNumber: "",
    expiry: "",
    cvc: "",
    savedCard: savedCards[0]?.id ?? "",
    save: false,
  };
}

/** Returns the address fields of a form for a known address. */
export function addressFields(address: Partial<Stripe.Address> | null | undefined) {
  return {
    country: address?.country && isCountry(address.country) ? address.country : "US",
    line1: address?.line1 ?? "",
    line2: address?.line2 ?? "",
    city: address?.city ?? "",
    state: address?.state ?? "",
    postalCode: address?.postal_code ?? "",
  };
}

/** Fills in a test card with a future date and a security code. */
export function withTestCard(form: CheckoutForm, number: string, now: number): CheckoutForm {
  const year = (new Date(now * 1000).getUTCFullYear() + 3) % 100;
  return {
    ...form,
    cardNumber: number,
    expiry: `12 / ${String(year).padStart(2, "0")}`,
    cvc: brandOf(number) === "amex" ? "1234" : "123",
    name: form.name || "Jenny Rosen",
    savedCard: "",
  };
}
