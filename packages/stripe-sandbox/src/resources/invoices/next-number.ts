import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";
import { findObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { customerSaveOptions } from "../customers/customer";

/** Takes the customer's next invoice number. Stripe tells no endpoint about the sequence. */
export async function nextNumber(tx: Tx, customerId: string): Promise<string> {
  const stored = await findObject<Stripe.Customer>(tx, "customer", customerId, "lock");
  if (!stored || stored.deleted) {
    throw invalidRequest("The customer of this invoice was deleted, so it cannot be finalized.");
  }
  const sequence = stored.data.next_invoice_sequence ?? 1;
  const counted: Stripe.Customer = { ...stored.data, next_invoice_sequence: sequence + 1 };
  await updateObject(tx, counted, customerSaveOptions(counted));
  return `${counted.invoice_prefix}-${String(sequence).padStart(4, "0")}`;
}
