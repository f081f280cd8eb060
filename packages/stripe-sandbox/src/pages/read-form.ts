import type { CheckoutForm } from "../checkout/checkout-form";

/** The fields of a page's form as they were typed; what a page does not ask for is empty. */
export function readCardForm(body: URLSearchParams): CheckoutForm {
  const text = (name: string) => (body.get(name) ?? "").slice(0, 500);
  return {
    email: text("email"),
    name: text("name"),
    country: text("country") || "US",
    line1: text("line1"),
    line2: text("line2"),
    city: text("city"),
    state: text("state"),
    postalCode: text("postalCode"),
    taxId: text("taxId"),
    cardNumber: text("cardNumber"),
    expiry: text("expiry"),
    cvc: text("cvc"),
    savedCard: text("savedCard"),
    save: body.get("save") === "on",
  };
}
