import type { CheckoutForm, PayBy } from "../checkout/checkout-form";

/** Reads the fields of a form as typed; missing fields are empty. */
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

/** Reads the form of the Checkout page, with its additional fields. */
export function readCheckoutPageForm(body: URLSearchParams): CheckoutForm {
  const text = (name: string) => (body.get(name) ?? "").slice(0, 10);
  const [action, currency] = text("action").split("=");
  return {
    ...readCardForm(body),
    payBy: PAY_BY.find((way) => way === text("payBy")),
    // A currency button sets the currency; every other button keeps the one that the page showed.
    payIn: action === "pay_in" ? currency : text("payIn"),
    location: text("location") || undefined,
  };
}
