import type { CheckoutForm, PayBy } from "../checkout/checkout-form";

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

const PAY_BY: readonly PayBy[] = ["card", "bank_pays", "bank_fails"];

/** The form of the hosted page, with the choices that only it has. */
export function readCheckoutPageForm(body: URLSearchParams): CheckoutForm {
  const text = (name: string) => (body.get(name) ?? "").slice(0, 10);
  const [action, currency] = text("action").split("=");
  return {
    ...readCardForm(body),
    payBy: PAY_BY.find((way) => way === text("payBy")),
    // The button of a currency says which; every other button keeps what the page showed.
    payIn: action === "pay_in" ? currency : text("payIn"),
    location: text("location") || undefined,
  };
}
