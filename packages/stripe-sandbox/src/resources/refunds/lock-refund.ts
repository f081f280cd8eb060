import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadObject } from "../load-object";
import type { RefundSecrets } from "./refund";

export interface LockedRefund {
  refund: Stripe.Refund;
  secrets: RefundSecrets;
  charge: Stripe.Charge;
}

/**
 * A refund for a change, with its charge. The charge is locked first, as everywhere: two changes that start from
 * different ends must not wait for each other.
 *
 * @throws StripeError 404 for an unknown id
 */
export async function lockRefund(tx: Tx, id: string): Promise<LockedRefund> {
  const { data } = await loadObject<Stripe.Refund>(tx, "refund", id);
  const charge = await findObject<Stripe.Charge>(tx, "charge", String(data.charge), "lock");
  if (!charge) throw new Error(`${id} has no charge`);
  const stored = await loadObject<Stripe.Refund>(tx, "refund", id, "lock");
  return { refund: stored.data, secrets: stored.private as RefundSecrets, charge: charge.data };
}
