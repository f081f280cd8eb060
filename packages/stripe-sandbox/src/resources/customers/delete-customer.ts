import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, markDeleted } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadLive } from "../load-object";
import { detachPaymentMethod } from "../payment-methods/detach-payment-method";

/** Deletes a customer for good; its cards are detached. Its sessions and payments keep the id. */
export async function deleteCustomer(tx: Tx, id: string): Promise<Stripe.DeletedCustomer> {
  const { data: customer } = await loadLive<Stripe.Customer>(tx, "customer", id);
  for (const method of await findObjects<Stripe.PaymentMethod>(tx, "payment_method", { customer: id })) {
    await detachPaymentMethod(tx, method.data.id);
  }
  const stub: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "customer.deleted", customer);
  return stub;
}
