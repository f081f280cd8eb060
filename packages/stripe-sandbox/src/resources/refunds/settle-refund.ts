import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { readBehavior } from "../../store/behavior";
import { randomLetters } from "../../store/ids";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordRefundFunds, recordRefundReversal } from "../balance/payment-funds";
import { updateWarnings } from "../early-fraud-warnings/early-fraud-warning";
import { findDueIds, isStillDue } from "../load-object";
import {
  cardDestination,
  isCardCharge,
  type LockedRefund,
  lockRefund,
  REFERENCE_SECONDS,
  type RefundStep,
  SETTLE_SECONDS,
  withRefunded,
} from "./refund";

/** @see https://docs.stripe.com/api/refunds/object#refund_object-failure_reason */
type RefundFailureReason =
  | "charge_for_pending_refund_disputed"
  | "declined"
  | "expired_or_canceled_card"
  | "insufficient_funds"
  | "lost_or_stolen_card"
  | "merchant_request"
  | "unknown";

const UNSETTLED = ["pending", "requires_action"];

export async function succeedRefund(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  assertStatus(locked, UNSETTLED, "succeed");
  const { pending_reason: _, next_action: __, ...before } = locked.refund;
  const isCard = isCardCharge(locked.charge);
  const transaction =
    before.balance_transaction ?? (await recordRefundFunds(tx, locked.charge, locked.refund)).id;
  const after: Stripe.Refund = {
    ...before,
    balance_transaction: transaction,
    ...(isCard && { destination_details: cardDestination("succeeded") }),
    status: "succeeded",
  };
  await save(tx, after, isCard ? { step: "reference", dueAt: tx.now + REFERENCE_SECONDS } : undefined);
  return recordUpdate(tx, locked, after);
}

/**
 * Fails a refund, even one that had succeeded: a card network may reject it days later. The amount returns to the
 * balance and can be refunded again.
 */
export async function failRefund(
  tx: Tx,
  locked: LockedRefund,
  reason: RefundFailureReason,
): Promise<Stripe.Refund> {
  assertStatus(locked, [...UNSETTLED, "succeeded"], "fail");
  const { refund_failed_events: events } = await readBehavior(tx);
  const failed = await reverseRefund(tx, locked, "failed", reason);
  if (events === "updated_and_failed") await recordUpdate(tx, locked, failed);
  await recordEvent(tx, "refund.failed", failed);
  await updateWarnings(tx, withRefunded(locked.charge, -failed.amount));
  return failed;
}

/** `POST /v1/refunds/{refund}/cancel`: allowed only while the customer has to provide bank details. */
export async function cancelRefund(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  if (locked.refund.status !== "requires_action") {
    throw invalidRequest("Canceling this refund is unsupported.");
  }
  const { refund_canceled_event: event } = await readBehavior(tx);
  const canceled = await reverseRefund(tx, locked, "canceled", "merchant_request");
  if (event === "refund.updated") await recordUpdate(tx, locked, canceled);
  else await recordEvent(tx, "refund.failed", canceled);
  await updateWarnings(tx, withRefunded(locked.charge, -canceled.amount));
  return canceled;
}

const ANSWER_SECONDS = 45 * 86_400;

/**
 * Records that the customer was asked by email for bank details: at first, or again after their bank returned the
 * money. Without an answer the refund fails.
 */
export async function requireRefundAction(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  assertStatus(locked, ["pending"], "ask the customer for anything");
  const { pending_reason: _, ...before } = locked.refund;
  const email = locked.charge.receipt_email ?? locked.charge.billing_details.email ?? "jenny@example.com";
  const after: Stripe.Refund = {
    ...before,
    next_action: {
      display_details: {
        email_sent: { email_sent_at: tx.now, email_sent_to: email },
        expires_at: tx.now + ANSWER_SECONDS,
      },
      type: "display_details",
    },
    status: "requires_action",
  };
  await save(tx, after, { step: "run_out", dueAt: tx.now + ANSWER_SECONDS });
  return recordUpdate(tx, locked, after);
}

/** Records that the customer provided bank details; the refund is on its way again. */
export async function continueRefund(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  assertStatus(locked, ["requires_action"], "go on");
  const { next_action: _, ...before } = locked.refund;
  const after: Stripe.Refund = { ...before, pending_reason: "processing", status: "pending" };
  await save(tx, after, { step: "succeed", dueAt: tx.now + SETTLE_SECONDS });
  return recordUpdate(tx, locked, after);
}

/** Adds the card network's reference number, with which the customer's bank can find the money. */
async function showRefundReference(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  assertStatus(locked, ["succeeded"], "get a reference");
  const card = cardDestination("succeeded").card;
  if (!card) throw new Error("a card refund has no card in its destination");
  const after: Stripe.Refund = {
    ...locked.refund,
    destination_details: {
      card: { ...card, reference: randomLetters(23).toUpperCase(), reference_status: "available" },
      type: "card",
    },
  };
  await save(tx, after, undefined);
  return recordUpdate(tx, locked, after);
}

async function reverseRefund(
  tx: Tx,
  locked: LockedRefund,
  status: "failed" | "canceled",
  reason: RefundFailureReason,
): Promise<Stripe.Refund> {
  const { pending_reason: _, next_action: __, ...before } = locked.refund;
  // A refund that still waited for funds never entered the balance.
  const hasFunds = before.balance_transaction !== null;
  const after: Stripe.Refund = {
    ...before,
    ...(hasFunds && {
      failure_balance_transaction: (await recordRefundReversal(tx, locked.charge, locked.refund)).id,
    }),
    failure_reason: reason,
    status,
  };
  await save(tx, after, undefined);
  await updateObject(tx, withRefunded(locked.charge, -after.amount));
  return after;
}

async function save(
  tx: Tx,
  refund: Stripe.Refund,
  next: { step: RefundStep; dueAt: number } | undefined,
): Promise<void> {
  await updateObject(tx, refund, { private: { next: next?.step ?? null }, dueAt: next?.dueAt ?? null });
}

/** Records the events of a changed refund. `charge.refund.updated` is the older one and exists for cards only. */
export async function recordUpdate(
  tx: Tx,
  { refund: before, charge }: LockedRefund,
  after: Stripe.Refund,
): Promise<Stripe.Refund> {
  const changed = changedAttributes(before, after);
  await recordEvent(tx, "refund.updated", after, changed);
  if (isCardCharge(charge)) await recordEvent(tx, "charge.refund.updated", after, changed);
  return after;
}

function assertStatus({ refund }: LockedRefund, allowed: readonly string[], what: string): void {
  if (allowed.includes(refund.status ?? "")) return;
  throw invalidRequest(`A refund with the status ${refund.status} cannot ${what}.`);
}

/** Settles a new refund that is due at once; returns it as it is then. */
export async function settleIfDue(tx: Tx, refund: Stripe.Refund): Promise<Stripe.Refund> {
  if (await isStillDue(tx, refund.id)) await settleDueRefund(tx, refund.id);
  return (await lockRefund(tx, refund.id)).refund;
}

/** Lets the refunds go through that waited for funds. */
export async function releaseWaitingRefunds(tx: Tx): Promise<void> {
  const waiting = await tx.query<{ id: string }>(
    `SELECT id FROM object WHERE type = 'refund' AND data ->> 'status' = 'pending'
       AND data ->> 'pending_reason' = 'insufficient_funds' ORDER BY seq`,
  );
  for (const { id } of waiting) {
    const locked = await lockRefund(tx, id);
    if (locked.refund.pending_reason === "insufficient_funds") await succeedRefund(tx, locked);
  }
}

/** Handles the refunds that are due: they succeed, fail, or get the card network's reference number. */
export async function settleDueRefunds(tx: Tx): Promise<void> {
  for (const id of await findDueIds(tx, "refund")) await settleDueRefund(tx, id);
}

async function settleDueRefund(tx: Tx, id: string): Promise<void> {
  const locked = await lockRefund(tx, id);
  if (locked.secrets.next === null || !(await isStillDue(tx, id))) return;
  switch (locked.secrets.next) {
    case "succeed":
      await succeedRefund(tx, locked);
      return;
    case "fail":
      await failRefund(tx, locked, "expired_or_canceled_card");
      return;
    case "reference":
      await showRefundReference(tx, locked);
      return;
    case "run_out":
      await failRefund(tx, locked, runOutReason(locked.refund));
      return;
    default:
      locked.secrets.next satisfies never;
  }
}

function runOutReason({ pending_reason: reason }: Stripe.Refund): RefundFailureReason {
  return reason === "insufficient_funds" ? "insufficient_funds" : "unknown";
}
