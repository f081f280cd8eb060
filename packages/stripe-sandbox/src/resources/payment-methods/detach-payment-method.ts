import { invalidRequest } from "../../api/stripe-error";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, mergePrivate, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { customerSaveOptions } from "../customers/customer";
import { loadLive } from "../load-object";
import type { MethodSecrets } from "./method-secrets";
import { paymentMethodSaveOptions } from "./payment-method";

/** Takes a card off its customer for good, and out of the customer's default. */
export async function detachPaymentMethod(tx: Tx, id: string): Promise<Stripe.PaymentMethod> {
  const { data: method } = await loadLive<Stripe.PaymentMethod>(tx, "payment_method", id);
  if (typeof method.customer !== "string") {
    throw invalidRequest(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
      "payment_method",
    );
  }
  const detached: Stripe.PaymentMethod = { ...method, customer: null };
  await updateObject(tx, detached, paymentMethodSaveOptions(detached));
  await mergePrivate(tx, id, { isUsedUp: true } satisfies MethodSecrets);
  await clearDefault(tx, method.customer, id);
  await recordEvent(tx, "payment_method.detached", detached, { customer: method.customer });
  return detached;
}

async function clearDefault(tx: Tx, customerId: string, methodId: string): Promise<void> {
  const customer = await findObject<Stripe.Customer>(tx, "customer", customerId, "lock");
  if (!customer || customer.deleted) return;
  const settings = customer.data.invoice_settings;
  if (settings.default_payment_method !== methodId) return;
  const after: Stripe.Customer = {
    ...customer.data,
    invoice_settings: { ...settings, default_payment_method: null },
  };
  await updateObject(tx, after, customerSaveOptions(after));
  await recordEvent(tx, "customer.updated", after, {
    invoice_settings: { default_payment_method: methodId },
  });
}
