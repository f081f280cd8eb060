import type { Tx } from "../../runtime";
import { findObjects } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { takesFunds } from "./dispute-status";

/** How much of a payment the banks have not taken yet: disputes of one charge never take more than it. In cents. */
export async function untakenCents(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const disputes = await findObjects<Stripe.Dispute>(tx, "dispute", { charge: charge.id });
  const taken = disputes.filter(({ data }) => takesFunds(data.status));
  return taken.reduce((rest, { data }) => rest - data.amount, charge.amount_captured);
}

/**
 * How much of a payment is neither taken nor given back. Refunds that are still pending do not count as given back: a
 * chargeback makes them fail. In cents.
 */
export async function undisputedCents(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const refunds = await findObjects<Stripe.Refund>(tx, "refund", { charge: charge.id });
  const arrived = refunds.filter(({ data }) => data.status === "succeeded");
  return arrived.reduce((rest, { data }) => rest - data.amount, await untakenCents(tx, charge));
}
