import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { insertObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { BusinessTaxId } from "../../tax/tax-table";

/** Stores a tax id of a customer. Nobody checks it with the authorities here, so it stays unverified. */
export async function insertTaxId(
  tx: Tx,
  customer: string,
  country: string,
  { type, value }: BusinessTaxId,
): Promise<Stripe.TaxId> {
  const taxId: Stripe.TaxId = {
    id: newStripeId("txi"),
    object: "tax_id",
    country,
    created: tx.now,
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: "customer" },
    type,
    value,
    verification: { status: "unavailable", verified_address: null, verified_name: null },
  };
  await insertObject(tx, taxId, { refs: { customer } });
  return taxId;
}
