import { saveCustomer } from "../resources/customers/update-customer";
import type { Tx } from "../runtime";
import type { Stripe } from "../stripe-types";

/** Makes a card the one that invoices are paid with. */
export async function setDefault(tx: Tx, customer: Stripe.Customer, methodId: string): Promise<void> {
  const settings = { ...customer.invoice_settings, default_payment_method: methodId };
  await saveCustomer(tx, customer, { ...customer, invoice_settings: settings });
}
