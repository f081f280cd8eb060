import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObject, type SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadObject } from "../load-object";

export interface RefundInput {
  amountCents: number;
  reason: Stripe.Refund.Reason | null;
  metadata: Record<string, string>;
}

/** What happens when the refund is due. `run_out`: it has waited too long for funds or for the customer. */
export type RefundStep = "succeed" | "fail" | "reference" | "run_out";

export interface RefundSecrets extends Record<string, unknown> {
  next: RefundStep | null;
}

/** Builds a refund. Card refunds begin as `succeeded`, bank refunds as `pending`. */
export function buildRefund(
  tx: Tx,
  charge: Stripe.Charge,
  input: RefundInput,
  { status, pendingReason }: { status: "pending" | "succeeded"; pendingReason: Stripe.Refund.PendingReason },
): Stripe.Refund {
  const presentment = presentmentOf(charge, input.amountCents);
  return {
    id: newStripeId("re"),
    object: "refund",
    amount: input.amountCents,
    balance_transaction: null,
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    ...(isCardCharge(charge) && { destination_details: cardDestination(status) }),
    metadata: input.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(status === "pending" && { pending_reason: pendingReason }),
    ...(presentment && { presentment_details: presentment }),
    reason: input.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  };
}

/** The card network's reference number is `pending` at first. */
export function cardDestination(status: "pending" | "succeeded"): Stripe.Refund.DestinationDetails {
  if (status === "pending") return { card: { type: "pending" }, type: "card" };
  return {
    card: {
      reference_status: "pending",
      reference_type: "acquirer_reference_number",
      type: "refund",
    },
    type: "card",
  };
}

export function isCardCharge(charge: Stripe.Charge): boolean {
  return charge.payment_method_details?.type === "card";
}

export function refundSaveOptions(refund: Stripe.Refund): SaveOptions {
  return {
    refs: {
      charge: refund.charge as string | null,
      payment_intent: refund.payment_intent as string | null,
    },
  };
}

/**
 * Returns the refund in the currency that the customer paid in, rounded half up. It is the difference of two running
 * totals, so that all refunds of a charge add up to exactly what was paid.
 */
export function presentmentOf(
  charge: Stripe.Charge,
  amountCents: number,
): Stripe.Refund.PresentmentDetails | undefined {
  const paid = charge.presentment_details;
  if (!paid) return undefined;
  const worth = (cents: number) =>
    Math.floor((2 * cents * paid.presentment_amount + charge.amount) / (2 * charge.amount));
  return {
    presentment_amount: worth(charge.amount_refunded + amountCents) - worth(charge.amount_refunded),
    presentment_currency: paid.presentment_currency,
  };
}

/** Returns what can still be refunded. What was held but never captured counts as refunded. */
export function unrefundedCents(charge: Stripe.Charge): number {
  return charge.amount - charge.amount_refunded;
}

/** Adds to the refunded amount of a charge, or subtracts after a failure. Pending refunds count. In cents. */
export function withRefunded(charge: Stripe.Charge, changeCents: number): Stripe.Charge {
  const amountRefunded = charge.amount_refunded + changeCents;
  if (amountRefunded < 0 || amountRefunded > charge.amount) {
    throw new Error(`${charge.id} would have ${amountRefunded} of ${charge.amount} refunded`);
  }
  return {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === charge.amount,
  };
}

/** A pending refund succeeds, and a failing one fails, this long after it was created. */
export const SETTLE_SECONDS = 60;

/** A refund that waits for funds fails after this time. Stripe does not document how long it waits. */
export const FUNDS_WAIT_SECONDS = 30 * 86_400;

/** The card network's reference number is available after this time. */
export const REFERENCE_SECONDS = 86_400;

export interface LockedRefund {
  refund: Stripe.Refund;
  secrets: RefundSecrets;
  charge: Stripe.Charge;
}

/**
 * Locks a refund and its charge, the charge first so that concurrent changes cannot deadlock.
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
