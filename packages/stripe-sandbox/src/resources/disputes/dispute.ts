import type { Tx } from "../../runtime";
import { newStripeId } from "../../store/ids";
import { findObject, type SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { loadObject } from "../load-object";
import { emptyEvidence } from "./evidence";

type DisputeKind = "chargeback" | "inquiry";

export interface DisputeInput {
  kind: DisputeKind;
  amountCents: number;
  /** @see https://docs.stripe.com/disputes/categories */
  reason: string;
}

/** What happens when the dispute is due. */
export type DisputeStep = "win" | "lose" | "escalate" | "close_warning";

export interface DisputeSecrets extends Record<string, unknown> {
  next: DisputeStep | null;
}

const DAY_SECONDS = 86_400;
const DAYS_TO_RESPOND = 8;

/** An inquiry without a follow-up is closed after this time. */
export const INQUIRY_SECONDS = 120 * DAY_SECONDS;

/** Visa's reason codes. */
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

/** Returns the end of the last day (UTC) on which evidence counts, in Unix seconds. */
export function responseDueBy(now: number): number {
  return (Math.floor(now / DAY_SECONDS) + DAYS_TO_RESPOND + 1) * DAY_SECONDS - 1;
}

/** Only card disputes have details. */
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

type Status = Stripe.Dispute.Status;

const INQUIRY: readonly Status[] = ["warning_needs_response", "warning_under_review"];
const CHARGEBACK: readonly Status[] = ["needs_response", "under_review"];
const APPEAL: readonly Status[] = ["appeal_needs_response", "appeal_under_review"];
const CLOSED: readonly Status[] = ["lost", "prevented", "warning_closed", "won"];

/** An inquiry moves no money. */
export function isInquiry(status: Status): boolean {
  return INQUIRY.includes(status);
}

/** Tells whether the bank has withdrawn the money and has not decided yet. */
export function isUndecided(status: Status): boolean {
  return CHARGEBACK.includes(status) || APPEAL.includes(status);
}

export function isAppeal(status: Status): boolean {
  return APPEAL.includes(status);
}

export function isClosed(status: Status): boolean {
  return CLOSED.includes(status);
}

/** Tells whether the disputed amount is withdrawn. Until it is returned, the charge cannot be refunded. */
export function hasWithdrawnFunds(status: Status): boolean {
  return isUndecided(status) || status === "lost";
}

/** Returns what the dispute has withdrawn and not returned, without fees, in cents of the dispute's currency. */
export function withdrawnCents({ amount, balance_transactions: transactions }: Stripe.Dispute): number {
  const [withdrawal, ...returns] = transactions;
  if (!withdrawal || withdrawal.amount === 0) return 0;
  const returned = returns.reduce((sum, transaction) => sum + transaction.amount, 0);
  return Math.round(amount * (1 - returned / -withdrawal.amount));
}

/** Returns the status after evidence is submitted; unchanged if some was submitted before. */
export function afterSubmission(status: Status): Status {
  switch (status) {
    case "needs_response":
      return "under_review";
    case "warning_needs_response":
      return "warning_under_review";
    case "appeal_needs_response":
      return "appeal_under_review";
    default:
      return status;
  }
}

export interface LockedDispute {
  dispute: Stripe.Dispute;
  secrets: DisputeSecrets;
  charge: Stripe.Charge;
}

/**
 * Locks a dispute and its charge, the charge first so that refunds and disputes of one charge cannot deadlock.
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
