import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { randomLetters } from "../../store/ids";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordRefundReversal } from "../balance-transactions";
import { findDueIds, isStillDue } from "../load-object";
import {
  cardDestination,
  isCardCharge,
  type LockedRefund,
  lockRefund,
  REFERENCE_SECONDS,
  type RefundStep,
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
  const after: Stripe.Refund = {
    ...before,
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
  const failed = await reverseRefund(tx, locked, "failed", reason);
  await recordEvent(tx, "refund.failed", failed);
  return failed;
}

/** `POST /v1/refunds/{refund}/cancel`: allowed only while the customer has to provide bank details. */
export async function cancelRefund(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  if (locked.refund.status !== "requires_action") {
    throw invalidRequest("Canceling this refund is unsupported.");
  }
  return reverseRefund(tx, locked, "canceled", "merchant_request");
}

/** Records that the customer was asked by email for bank details. */
export async function requireRefundAction(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  assertStatus(locked, ["pending"], "ask the customer for anything");
  const { pending_reason: _, ...before } = locked.refund;
  const email = locked.charge.receipt_email ?? locked.charge.billing_details.email ?? "jenny@example.com";
  const after: Stripe.Refund = {
    ...before,
    next_action: {
      display_details: {
        email_sent: { email_sent_at: tx.now, email_sent_to: email },
        expires_at: tx.now + 45 * 86_400,
      },
      type: "display_details",
    },
    status: "requires_action",
  };
  await save(tx, after, undefined);
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
  const transaction = await recordRefundReversal(tx, locked.charge, locked.refund);
  const after: Stripe.Refund = {
    ...before,
    failure_balance_transaction: transaction.id,
    failure_reason: reason,
    status,
  };
  await save(tx, after, undefined);
  await updateObject(tx, withRefunded(locked.charge, -after.amount));
  return recordUpdate(tx, locked, after);
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
    default:
      locked.secrets.next satisfies never;
  }
}
