import type { Tx } from "../../runtime";
import { findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

/** The cards that are attached to a customer, newest first. */
export async function customerCards(tx: Tx, customer: string): Promise<Stripe.PaymentMethod[]> {
  const stored = await findObjects<Stripe.PaymentMethod>(tx, "payment_method", { customer, type: "card" });
  return stored.map((method) => method.data);
}
