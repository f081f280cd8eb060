import { invalidRequest } from "../../api/stripe-error";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordDisputeWithdrawal } from "../balance-transactions/dispute-movement";
import {
  buildDispute,
  type DisputeInput,
  type DisputeSecrets,
  disputeSaveOptions,
  INQUIRY_SECONDS,
} from "./dispute";
import { failPendingRefunds } from "./fail-pending-refunds";
import { undisputedCents, untakenCents } from "./left-to-take";

/** Opens the dispute that a test card promises, right after its payment. */
export async function disputeByCard(tx: Tx, charge: Stripe.Charge, card: TestCard): Promise<void> {
  if (card.afterwards === "dispute") {
    await openDispute(tx, charge, { kind: "chargeback", reason: "fraudulent" });
  } else if (card.afterwards === "inquiry") {
    await openDispute(tx, charge, { kind: "inquiry", reason: "general" });
  }
}

/**
 * The cardholder's bank disputes a charge. A chargeback takes the amount and Stripe's fee at once; an inquiry only
 * asks. The caller has locked the charge.
 *
 * @param input.amountCents what is disputed, by default all that was neither given back nor taken yet. A bank may
 *   name more than that, because it does not always know of a refund.
 * @throws StripeError 400 for a charge without money, or an amount above what its disputes have left
 */
export async function openDispute(
  tx: Tx,
  charge: Stripe.Charge,
  input: Omit<DisputeInput, "amountCents"> & { amountCents?: number | undefined },
): Promise<Stripe.Dispute> {
  assertDisputable(charge);
  const amountCents = input.amountCents ?? (await undisputedCents(tx, charge));
  if (amountCents < 1) throw invalidRequest(`Nothing is left on ${charge.id} to dispute.`);
  if (amountCents > (await untakenCents(tx, charge))) {
    throw invalidRequest(`The disputed amount is larger than what is left of ${charge.id}.`, "amount");
  }
  const dispute = buildDispute(tx, charge, { ...input, amountCents });
  const isChargeback = input.kind === "chargeback";
  if (isChargeback) dispute.balance_transactions = [await recordDisputeWithdrawal(tx, dispute, charge.id)];
  await insert(tx, dispute);
  const disputed: Stripe.Charge = { ...charge, disputed: true };
  await updateObject(tx, disputed);
  await recordEvent(tx, "charge.dispute.created", dispute);
  if (isChargeback) {
    await recordEvent(tx, "charge.dispute.funds_withdrawn", dispute);
    await failPendingRefunds(tx, charge.id);
  }
  return dispute;
}

/** A chargeback nobody answers is lost; an inquiry nobody follows up is closed. */
async function insert(tx: Tx, dispute: Stripe.Dispute): Promise<void> {
  const isInquiry = dispute.status === "warning_needs_response";
  const secrets: DisputeSecrets = { next: isInquiry ? "close_warning" : "lose" };
  await insertObject(tx, dispute, {
    ...disputeSaveOptions(dispute),
    private: secrets,
    dueAt: isInquiry ? tx.now + INQUIRY_SECONDS : dispute.evidence_details.due_by,
  });
}

function assertDisputable(charge: Stripe.Charge): void {
  if (charge.status === "succeeded" && charge.captured) return;
  throw invalidRequest(`${charge.id} has no money that could be disputed.`);
}
