import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, markDeleted } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { BusinessTaxId } from "../../tax/tax-table";
import { insertTaxId } from "./tax-id";

const MAX_TAX_IDS = 5;

/** Gives a customer a tax id, with the event; the same one twice is one. */
export async function addTaxId(
  tx: Tx,
  customer: string,
  country: string,
  input: BusinessTaxId,
): Promise<Stripe.TaxId> {
  const known = await readTaxIds(tx, customer);
  const same = known.find((taxId) => taxId.type === input.type && taxId.value === input.value);
  if (same) return same;
  if (known.length >= MAX_TAX_IDS) {
    throw invalidRequest(`A customer can have at most ${MAX_TAX_IDS} tax IDs.`, undefined);
  }
  const taxId = await insertTaxId(tx, customer, country, input);
  await recordEvent(tx, "customer.tax_id.created", taxId);
  return taxId;
}

export async function removeTaxId(tx: Tx, taxId: Stripe.TaxId): Promise<Stripe.DeletedTaxId> {
  const stub: Stripe.DeletedTaxId = { id: taxId.id, object: "tax_id", deleted: true };
  await markDeleted(tx, stub);
  await recordEvent(tx, "customer.tax_id.deleted", taxId);
  return stub;
}

/** A customer's tax ids, oldest first. */
export async function readTaxIds(tx: Tx, customer: string): Promise<Stripe.TaxId[]> {
  const stored = await findObjects<Stripe.TaxId>(tx, "tax_id", { customer });
  return stored.map(({ data }) => data).reverse();
}
