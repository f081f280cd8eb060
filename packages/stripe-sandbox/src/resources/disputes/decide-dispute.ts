import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordDisputeReversal, recordDisputeWithdrawal } from "../balance-transactions/dispute-movement";
import { refundCharge } from "../refunds/refund-charge";
import { assertNotChargedBack } from "../refunds/refundable-charge";
import { unrefundedCents } from "../refunds/with-refunded";
import { type DisputeStep, paymentMethodDetails, responseDueBy } from "./dispute";
import { isInquiry, isUndecided } from "./dispute-status";
import { failPendingRefunds } from "./fail-pending-refunds";
import { untakenCents } from "./left-to-take";
import type { LockedDispute } from "./lock-dispute";

/** The bank decides for the seller, at first or on appeal: the amount comes back, the fee does not. */
export async function winDispute(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isUndecided, "won");
  const { dispute: before, charge } = locked;
  const reversal = await recordDisputeReversal(tx, before, charge.id);
  const after: Stripe.Dispute = {
    ...before,
    balance_transactions: [...before.balance_transactions, reversal],
    is_charge_refundable: !charge.refunded,
    status: "won",
  };
  await save(tx, after);
  await recordEvent(tx, "charge.dispute.funds_reinstated", after);
  return close(tx, before, after);
}

/** The bank decides for the cardholder, or nobody answered in time. The money has been gone since the beginning. */
export async function loseDispute(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isUndecided, "lost");
  const after: Stripe.Dispute = { ...locked.dispute, is_charge_refundable: false, status: "lost" };
  await save(tx, after);
  return close(tx, locked.dispute, after);
}

/** The bank does not come back to its inquiry. */
export async function closeWarning(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isInquiry, "closed as an inquiry");
  const after: Stripe.Dispute = { ...locked.dispute, status: "warning_closed" };
  await save(tx, after);
  return close(tx, locked.dispute, after);
}

/**
 * An inquiry becomes a chargeback, under the same id, for its whole amount. Money that was refunded in part meanwhile
 * is taken once more, as Stripe does; only a payment that was refunded in full is safe.
 */
export async function escalateInquiry(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isInquiry, "escalated");
  const { dispute: before, charge } = locked;
  if (!(await canEscalate(tx, locked))) {
    throw invalidRequest(`${charge.id} is refunded in full or taken by another dispute.`);
  }
  const withdrawal = await recordDisputeWithdrawal(tx, before, charge.id);
  const details = paymentMethodDetails(charge, { kind: "chargeback", reason: before.reason });
  const dueBy = responseDueBy(tx.now);
  const after: Stripe.Dispute = {
    ...before,
    balance_transactions: [withdrawal],
    evidence_details: { ...before.evidence_details, due_by: dueBy },
    is_charge_refundable: false,
    ...(details && { payment_method_details: details }),
    status: "needs_response",
  };
  await save(tx, after, { step: "lose", dueAt: dueBy });
  await recordEvent(tx, "charge.dispute.updated", after, changedAttributes(before, after));
  await recordEvent(tx, "charge.dispute.funds_withdrawn", after);
  await failPendingRefunds(tx, charge.id);
  return after;
}

/** Is the money of an inquiry still there for the bank to take? */
export async function canEscalate(tx: Tx, { dispute, charge }: LockedDispute): Promise<boolean> {
  return !charge.refunded && dispute.amount <= (await untakenCents(tx, charge));
}

/** The payment is given back by rule before the bank takes it, so that no dispute counts against the seller. */
export async function preventDispute(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isInquiry, "prevented");
  const { dispute: before, charge } = locked;
  await assertNotChargedBack(tx, charge);
  const restCents = unrefundedCents(charge);
  const amountCents = Math.min(before.amount, restCents);
  if (amountCents > 0) await refundCharge(tx, charge, { amountCents, reason: null, metadata: {} });
  const card = before.payment_method_details?.card;
  const after: Stripe.Dispute = {
    ...before,
    is_charge_refundable: restCents > amountCents,
    ...(card && { payment_method_details: { card: { ...card, case_type: "resolution" }, type: "card" } }),
    status: "prevented",
  };
  await save(tx, after);
  return close(tx, before, after);
}

/** The network lets the seller appeal against a loss, so the dispute is open once more. */
export async function allowAppeal(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, (status) => status === "lost", "appealed against");
  const { dispute: before } = locked;
  const dueBy = responseDueBy(tx.now);
  const after: Stripe.Dispute = {
    ...before,
    evidence_details: { ...before.evidence_details, due_by: dueBy },
    status: "appeal_needs_response",
  };
  await save(tx, after, { step: "lose", dueAt: dueBy });
  await recordEvent(tx, "charge.dispute.updated", after, changedAttributes(before, after));
  return after;
}

async function close(tx: Tx, before: Stripe.Dispute, after: Stripe.Dispute): Promise<Stripe.Dispute> {
  await recordEvent(tx, "charge.dispute.closed", after, changedAttributes(before, after));
  return after;
}

async function save(
  tx: Tx,
  dispute: Stripe.Dispute,
  next?: { step: DisputeStep; dueAt: number },
): Promise<void> {
  await updateObject(tx, dispute, { private: { next: next?.step ?? null }, dueAt: next?.dueAt ?? null });
}

function assertStatus(
  { dispute }: LockedDispute,
  allowed: (status: Stripe.Dispute.Status) => boolean,
  what: string,
): void {
  if (allowed(dispute.status)) return;
  throw invalidRequest(`A dispute with the status ${dispute.status} cannot be ${what}.`);
}
