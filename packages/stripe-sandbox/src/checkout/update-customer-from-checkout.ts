import type { PayerDetails, Session, SessionSecrets } from "../resources/checkout-sessions/session";
import { saveCustomer } from "../resources/customers/customer";
import { addTaxId } from "../resources/tax-ids";
import type { Tx } from "../runtime";
import { findObject } from "../store/objects";
import type { Stripe } from "../stripe-types";

/**
 * Copies the entered address and name to the customer if the session's `customer_update` allows it. A business
 * tax ID that the session collected is added to the customer.
 */
export async function updateCustomerFromCheckout(
  tx: Tx,
  session: Session,
  secrets: SessionSecrets,
  details: PayerDetails,
): Promise<void> {
  if (typeof session.customer !== "string") return;
  const stored = await findObject<Stripe.Customer>(tx, "customer", session.customer, "lock");
  if (!stored || stored.deleted) return;
  const before = stored.data;
  await saveCustomer(tx, before, {
    ...before,
    ...(secrets.updatesAddress && { address: details.address as Stripe.Address }),
    ...(secrets.updatesName && details.name && { name: details.name }),
    email: before.email ?? details.email,
  });
  const { taxId, address } = details;
  if (taxId) await addTaxId(tx, before.id, address.country ?? "", taxId);
}
