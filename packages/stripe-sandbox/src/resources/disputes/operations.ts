import type { ApiRequest, Operation } from "../../api/operation";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { listOperation, retrieveOperation } from "../load-object";
import { mapOf, mergeMetadata } from "../params";
import { closeWarning, loseDispute } from "./decide-dispute";
import {
  afterSubmission,
  type DisputeStep,
  isAppeal,
  isClosed,
  isInquiry,
  type LockedDispute,
  lockDispute,
} from "./dispute";
import { checkEvidence, mergeEvidence } from "./evidence";

export const disputeOperations: readonly Operation[] = [
  retrieveOperation("Disputes.retrieve", "dispute", "dispute"),
  listOperation("Disputes.list", "dispute", ["charge", "payment_intent"]),
  { id: "Disputes.update", check: checkDisputeUpdate, run: updateDispute },
  { id: "Disputes.close", run: (tx, { ids }) => acceptDispute(tx, ids.dispute ?? "") },
];

function checkDisputeUpdate({ params }: ApiRequest): void {
  const method = params.intended_submission_method;
  if (method === "smart_disputes" || method === "prefer_smart_disputes") {
    throw invalidRequest("This sandbox does not support Smart Disputes yet.", "intended_submission_method");
  }
}

/** `POST /v1/disputes/{dispute}`: submits the evidence, unless `submit=false` only stages it. */
async function updateDispute(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Dispute> {
  const locked = await lockDispute(tx, ids.dispute ?? "");
  const { dispute: before } = locked;
  if (isClosed(before.status)) throw alreadyClosed();
  const given = mapOf(params.evidence) ?? {};
  checkEvidence(given);
  if (given.appeal && !isAppeal(before.status)) {
    throw invalidRequest("This dispute is not at the stage of an appeal.", "evidence[appeal]");
  }
  const hasNew = Object.keys(given).length > 0;
  const hasEvidence = hasNew || before.evidence_details.has_evidence;
  // An update of metadata alone does not submit staged evidence.
  const isSubmission = params.submit === undefined ? hasNew : params.submit === true && hasEvidence;
  const method = params.intended_submission_method;
  const staged: Stripe.Dispute = {
    ...before,
    evidence: mergeEvidence(before.evidence, given),
    evidence_details: { ...before.evidence_details, has_evidence: hasEvidence },
    intended_submission_method:
      method === "manual" || method === "prefer_manual" ? method : before.intended_submission_method,
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  return isSubmission ? submit(tx, locked, staged) : saveUpdate(tx, before, staged);
}

async function submit(tx: Tx, locked: LockedDispute, staged: Stripe.Dispute): Promise<Stripe.Dispute> {
  const after: Stripe.Dispute = {
    ...staged,
    evidence_details: {
      ...staged.evidence_details,
      past_due: tx.now > (staged.evidence_details.due_by ?? tx.now),
      submission_count: staged.evidence_details.submission_count + 1,
      submission_method: "manual",
    },
    status: afterSubmission(staged.status),
  };
  await saveUpdate(tx, locked.dispute, after, nextAfterSubmission(tx.now, after));
  // The charge does not change, but Stripe sends this event when the seller acts on its dispute.
  await recordEvent(tx, "charge.updated", locked.charge);
  return after;
}

async function saveUpdate(
  tx: Tx,
  before: Stripe.Dispute,
  after: Stripe.Dispute,
  options: SaveOptions = {},
): Promise<Stripe.Dispute> {
  const changed = changedAttributes(before, after);
  if (!changed) return before;
  await updateObject(tx, after, options);
  await recordEvent(tx, "charge.dispute.updated", after, changed);
  return after;
}

/** `POST /v1/disputes/{dispute}/close`: the seller accepts the dispute. */
async function acceptDispute(tx: Tx, id: string): Promise<Stripe.Dispute> {
  const locked = await lockDispute(tx, id);
  const { status } = locked.dispute;
  if (isClosed(status)) throw alreadyClosed();
  const closed = isInquiry(status) ? await closeWarning(tx, locked) : await loseDispute(tx, locked);
  await recordEvent(tx, "charge.updated", locked.charge);
  return closed;
}

function alreadyClosed(): StripeError {
  return invalidRequest("This dispute is already closed");
}

/** The decision that magic evidence asks for takes this long, as in Stripe's test mode. */
const DECISION_SECONDS = 5;

/**
 * Plans what follows submitted evidence. Magic values make the bank decide within seconds; otherwise a chargeback
 * waits for the control API, and an inquiry for its end.
 *
 * @see https://docs.stripe.com/testing#evidence
 */
function nextAfterSubmission(now: number, dispute: Stripe.Dispute): SaveOptions {
  const step = magicStep(dispute);
  if (step) return plan(step, now + DECISION_SECONDS);
  return isInquiry(dispute.status) ? {} : plan(null, null);
}

function magicStep({ status, evidence }: Stripe.Dispute): DisputeStep | undefined {
  const words = isAppeal(status) ? evidence.appeal?.card?.reason_for_filing : evidence.uncategorized_text;
  switch (words) {
    case "winning_evidence":
      return isInquiry(status) ? "close_warning" : "win";
    case "losing_evidence":
      return isInquiry(status) ? "close_warning" : "lose";
    case "escalate_inquiry_evidence":
      return isInquiry(status) ? "escalate" : undefined;
    default:
      return undefined;
  }
}

function plan(next: DisputeStep | null, dueAt: number | null): SaveOptions {
  return { private: { next }, dueAt };
}
