import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadReferenced } from "../load-object";
import { customerSaveOptions } from "./customer";

/** Stores a changed customer and tells the endpoints; does nothing when nothing changed. */
export async function saveCustomer(tx: Tx, before: Stripe.Customer, after: Stripe.Customer): Promise<void> {
  const previous = changedAttributes(before, after);
  if (!previous) return;
  await updateObject(tx, after, customerSaveOptions(after));
  await recordEvent(tx, "customer.updated", after, previous);
}

/** A default payment method has to be one of the customer's own. */
export async function assertOwnDefault(tx: Tx, customer: Stripe.Customer): Promise<void> {
  const id = customer.invoice_settings.default_payment_method;
  if (typeof id !== "string") return;
  const param = "invoice_settings[default_payment_method]";
  const method = await loadReferenced<Stripe.PaymentMethod>(tx, "payment_method", id, param);
  if (method.data.customer === customer.id) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    param,
    "resource_missing",
  );
}
