import type { Tx } from "../../runtime";
import { findObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadObject } from "../load-object";
import type { DisputeSecrets } from "./dispute";

export interface LockedDispute {
  dispute: Stripe.Dispute;
  secrets: DisputeSecrets;
  charge: Stripe.Charge;
}

/**
 * A dispute for a change, with its charge. The charge is locked first, so that a refund and a dispute of the same
 * charge take turns.
 *
 * @throws StripeError 404 for an unknown id
 */
export async function lockDispute(tx: Tx, id: string): Promise<LockedDispute> {
  const { data } = await loadObject<Stripe.Dispute>(tx, "dispute", id);
  const charge = await findObject<Stripe.Charge>(tx, "charge", String(data.charge), "lock");
  if (!charge) throw new Error(`${id} has no charge`);
  const stored = await loadObject<Stripe.Dispute>(tx, "dispute", id, "lock");
  return { dispute: stored.data, secrets: stored.private as DisputeSecrets, charge: charge.data };
}
