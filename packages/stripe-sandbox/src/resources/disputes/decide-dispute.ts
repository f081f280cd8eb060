import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordDisputeReversal, recordDisputeWithdrawal } from "../balance/payment-funds";
import { findDueIds, isStillDue } from "../load-object";
import { assertNotChargedBack, refundCharge } from "../refunds/create-refund";
import { unrefundedCents } from "../refunds/refund";
import {
  type DisputeSecrets,
  hasWithdrawnFunds,
  isInquiry,
  isUndecided,
  type LockedDispute,
  lockDispute,
  paymentMethodDetails,
  responseDueBy,
  withdrawnCents,
} from "./dispute";
import { failPendingRefunds, undisputedCents } from "./open-dispute";

/**
 * The bank decides for the seller, at first, on appeal, or late after the dispute was lost: what is still withdrawn is
 * returned, the fee is not.
 */
export async function winDispute(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, hasWithdrawnFunds, "won");
  const { dispute: before, charge } = locked;
  const reversal = await recordDisputeReversal(tx, before, charge.id, withdrawnCents(before));
  const after: Stripe.Dispute = {
    ...before,
    balance_transactions: [...before.balance_transactions, reversal],
    is_charge_refundable: !charge.refunded,
    status: "won",
  };
  await recordEvent(tx, "charge.dispute.funds_reinstated", after);
  return close(tx, before, after);
}

/**
 * The bank decides for the cardholder, or the seller did not respond in time. The money was withdrawn at the start.
 *
 * @param returnedCents paid back nevertheless: what had been refunded before a dispute of the whole amount
 */
export async function loseDispute(tx: Tx, locked: LockedDispute, returnedCents = 0): Promise<Stripe.Dispute> {
  assertStatus(locked, isUndecided, "lost");
  const { dispute: before, charge } = locked;
  const after: Stripe.Dispute = { ...before, is_charge_refundable: false, status: "lost" };
  if (returnedCents === 0) return close(tx, before, after);
  if (returnedCents > withdrawnCents(before)) {
    throw invalidRequest(`${before.id} has only ${withdrawnCents(before)} withdrawn.`, "returned");
  }
  const reversal = await recordDisputeReversal(tx, before, charge.id, returnedCents);
  const returned = { ...after, balance_transactions: [...before.balance_transactions, reversal] };
  await recordEvent(tx, "charge.dispute.funds_reinstated", returned);
  return close(tx, before, returned);
}

/** The inquiry ends without a chargeback. */
export async function closeWarning(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, isInquiry, "closed as an inquiry");
  return close(tx, locked.dispute, { ...locked.dispute, status: "warning_closed" });
}

/**
 * Turns an inquiry into a chargeback with the same id, for its whole amount. A partial refund does not reduce it, as
 * at Stripe; only a fully refunded payment is safe.
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
  await reopen(tx, before, after, dueBy);
  await recordEvent(tx, "charge.dispute.funds_withdrawn", after);
  await failPendingRefunds(tx, charge.id);
  return after;
}

/** Tells whether the bank can still withdraw the amount of an inquiry. */
async function canEscalate(tx: Tx, { dispute, charge }: LockedDispute): Promise<boolean> {
  return !charge.refunded && dispute.amount <= (await undisputedCents(tx, charge));
}

/**
 * Ends an inquiry before it becomes a chargeback, so that no dispute counts against the seller: by a refund, or with
 * `block` without one, because the evidence convinced the bank.
 */
export async function preventDispute(
  tx: Tx,
  locked: LockedDispute,
  caseType: "resolution" | "block" = "resolution",
): Promise<Stripe.Dispute> {
  assertStatus(locked, isInquiry, "prevented");
  const { dispute: before, charge } = locked;
  await assertNotChargedBack(tx, charge);
  const remainingCents = unrefundedCents(charge);
  const amountCents = caseType === "block" ? 0 : Math.min(before.amount, remainingCents);
  if (amountCents > 0) await refundCharge(tx, charge, { amountCents, reason: null, metadata: {} });
  const card = before.payment_method_details?.card;
  const after: Stripe.Dispute = {
    ...before,
    is_charge_refundable: remainingCents > amountCents,
    ...(card && { payment_method_details: { card: { ...card, case_type: caseType }, type: "card" } }),
    status: "prevented",
  };
  if ((await readBehavior(tx)).dispute_prevented_event === "closed") return close(tx, before, after);
  await updateObject(tx, after, { private: { next: null }, dueAt: null });
  await recordEvent(tx, "charge.dispute.updated", after, changedAttributes(before, after));
  return after;
}

/** Reopens a lost dispute for an appeal. */
export async function allowAppeal(tx: Tx, locked: LockedDispute): Promise<Stripe.Dispute> {
  assertStatus(locked, (status) => status === "lost", "appealed against");
  const { dispute: before } = locked;
  const dueBy = responseDueBy(tx.now);
  const after: Stripe.Dispute = {
    ...before,
    evidence_details: { ...before.evidence_details, due_by: dueBy },
    status: "appeal_needs_response",
  };
  await reopen(tx, before, after, dueBy);
  return after;
}

async function close(tx: Tx, before: Stripe.Dispute, after: Stripe.Dispute): Promise<Stripe.Dispute> {
  await updateObject(tx, after, { private: { next: null }, dueAt: null });
  await recordEvent(tx, "charge.dispute.closed", after, changedAttributes(before, after));
  return after;
}

/** Stores a dispute that waits for the seller again, and is lost without a response. */
async function reopen(tx: Tx, before: Stripe.Dispute, after: Stripe.Dispute, dueAt: number): Promise<void> {
  const secrets: DisputeSecrets = { next: "lose" };
  await updateObject(tx, after, { private: secrets, dueAt });
  await recordEvent(tx, "charge.dispute.updated", after, changedAttributes(before, after));
}

function assertStatus(
  { dispute }: LockedDispute,
  allowed: (status: Stripe.Dispute.Status) => boolean,
  what: string,
): void {
  if (allowed(dispute.status)) return;
  throw invalidRequest(`A dispute with the status ${dispute.status} cannot be ${what}.`);
}

/** Decides the disputes that are due: by the submitted evidence, or because nobody responded. */
export async function decideDueDisputes(tx: Tx): Promise<void> {
  for (const id of await findDueIds(tx, "dispute")) {
    const locked = await lockDispute(tx, id);
    if (await isStillDue(tx, id)) await decideDueDispute(tx, locked);
  }
}

async function decideDueDispute(tx: Tx, locked: LockedDispute): Promise<void> {
  const { next } = locked.secrets;
  switch (next) {
    case "win":
      await winDispute(tx, locked);
      return;
    case "lose":
      await loseDispute(tx, locked);
      return;
    case "escalate":
      // After a refund or another dispute there may be nothing left to withdraw.
      await ((await canEscalate(tx, locked)) ? escalateInquiry(tx, locked) : closeWarning(tx, locked));
      return;
    case "close_warning":
      await closeWarning(tx, locked);
      return;
    case null:
      return;
    default:
      next satisfies never;
  }
}
