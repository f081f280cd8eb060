import type { ApiRequest } from "../../api/operation";
import { invalidRequest, type StripeError } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { type SaveOptions, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { mergeMetadata } from "../merge-metadata";
import { mapOf } from "../param-readers";
import { closeWarning, loseDispute } from "./decide-dispute";
import { afterSubmission, isAppeal, isClosed, isInquiry } from "./dispute-status";
import { checkEvidence, mergeEvidence } from "./evidence";
import { type LockedDispute, lockDispute } from "./lock-dispute";
import { nextAfterSubmission } from "./next-after-submission";

export function checkDisputeUpdate({ params }: ApiRequest): void {
  const method = params.intended_submission_method;
  if (method === "smart_disputes" || method === "prefer_smart_disputes") {
    throw invalidRequest("This sandbox does not support Smart Disputes yet.", "intended_submission_method");
  }
}

/** `POST /v1/disputes/{dispute}`: evidence is handed in at once, unless `submit=false` only keeps it ready. */
export async function updateDispute(tx: Tx, { params, ids }: ApiRequest): Promise<Stripe.Dispute> {
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
  // Metadata alone hands nothing in, also when evidence lies ready.
  const submits = params.submit === undefined ? hasNew : params.submit === true && hasEvidence;
  const method = params.intended_submission_method;
  const staged: Stripe.Dispute = {
    ...before,
    evidence: mergeEvidence(before.evidence, given),
    evidence_details: { ...before.evidence_details, has_evidence: hasEvidence },
    intended_submission_method:
      method === "manual" || method === "prefer_manual" ? method : before.intended_submission_method,
    metadata: mergeMetadata(before.metadata, params.metadata),
  };
  return submits ? submit(tx, locked, staged) : keep(tx, before, staged);
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
  await keep(tx, locked.dispute, after, nextAfterSubmission(tx.now, after));
  // The charge looks the same, but Stripe tells about it whenever the seller's side of its dispute changes.
  await recordEvent(tx, "charge.updated", locked.charge);
  return after;
}

async function keep(
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

/** `POST /v1/disputes/{dispute}/close`: the seller gives in. */
export async function acceptDispute(tx: Tx, id: string): Promise<Stripe.Dispute> {
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
