import type { CheckoutForm, PayBy } from "../checkout/checkout-form";
import { readCardForm } from "./read-form";

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
