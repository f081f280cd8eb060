import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { presentmentOf } from "./presentment";

export interface RefundInput {
  amountCents: number;
  reason: Stripe.Refund.Reason | null;
  metadata: Record<string, string>;
}

/** What time brings next to a refund; the sandbox knows, Stripe never shows. */
export type RefundStep = "succeed" | "fail" | "reference";

export interface RefundSecrets extends Record<string, unknown> {
  next: RefundStep | null;
}

/** A refund as it begins. Cards are paid back at once, as far as Stripe can tell; banks take their time. */
export function buildRefund(
  tx: Tx,
  charge: Stripe.Charge,
  input: RefundInput,
  status: "pending" | "succeeded",
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
    ...(status === "pending" && { pending_reason: "processing" }),
    ...(presentment && { presentment_details: presentment }),
    reason: input.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  };
}

/** Where the money went. The card network's reference comes later, so that a customer can ask their bank for it. */
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
