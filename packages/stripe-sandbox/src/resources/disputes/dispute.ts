import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { emptyEvidence } from "./evidence";

export type DisputeKind = "chargeback" | "inquiry";

export interface DisputeInput {
  kind: DisputeKind;
  amountCents: number;
  /** @see https://docs.stripe.com/disputes/categories */
  reason: string;
}

/** What the bank does when the dispute's time comes. */
export type DisputeStep = "win" | "lose" | "escalate" | "close_warning";

export interface DisputeSecrets extends Record<string, unknown> {
  next: DisputeStep | null;
}

const DAY_SECONDS = 86_400;
const DAYS_TO_RESPOND = 8;

/** A bank that has only asked does not come back after so long. */
export const INQUIRY_SECONDS = 120 * DAY_SECONDS;

/** Visa's codes of the common reasons. */
const NETWORK_REASON_CODES: Record<string, string> = {
  credit_not_processed: "13.7",
  duplicate: "12.6",
  fraudulent: "10.4",
  product_not_received: "13.1",
  product_unacceptable: "13.3",
  subscription_canceled: "13.2",
};

const INQUIRY_REASON_CODE = "10";

export function buildDispute(tx: Tx, charge: Stripe.Charge, input: DisputeInput): Stripe.Dispute {
  const isInquiry = input.kind === "inquiry";
  const details = paymentMethodDetails(charge, input);
  return {
    id: newStripeId("du"),
    object: "dispute",
    amount: input.amountCents,
    balance_transactions: [],
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: emptyEvidence(),
    evidence_details: {
      due_by: responseDueBy(tx.now),
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "not_submitted",
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    ...(details && { payment_method_details: details }),
    reason: input.reason,
    status: isInquiry ? "warning_needs_response" : "needs_response",
  };
}

/** The end of the day (UTC) until which evidence counts. Unix seconds. */
export function responseDueBy(now: number): number {
  return (Math.floor(now / DAY_SECONDS) + DAYS_TO_RESPOND + 1) * DAY_SECONDS - 1;
}

/** Describes the network's side of a card dispute; bank debits have none. */
export function paymentMethodDetails(
  charge: Stripe.Charge,
  { kind, reason }: Pick<DisputeInput, "kind" | "reason">,
): Stripe.Dispute.PaymentMethodDetails | undefined {
  const card = charge.payment_method_details?.card;
  if (!card) return undefined;
  const code = kind === "inquiry" ? INQUIRY_REASON_CODE : (NETWORK_REASON_CODES[reason] ?? null);
  return {
    card: {
      brand: card.brand ?? "visa",
      case_type: kind,
      network: card.network ?? card.brand ?? "visa",
      network_reason_code: code,
    },
    type: "card",
  };
}

export function disputeSaveOptions(dispute: Stripe.Dispute): SaveOptions {
  return {
    refs: {
      charge: dispute.charge as string,
      payment_intent: dispute.payment_intent as string | null,
    },
  };
}
