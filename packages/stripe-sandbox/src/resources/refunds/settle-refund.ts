import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { randomLetters } from "../../store/ids";
import { updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordRefundReturn } from "../balance-transactions/charge-movement";
import type { LockedRefund } from "./lock-refund";
import { cardDestination, isCardCharge, type RefundStep } from "./refund";
import { REFERENCE_SECONDS } from "./refund-times";
import { withRefunded } from "./with-refunded";

/** @see https://docs.stripe.com/api/refunds/object#refund_object-failure_reason */
export type RefundFailureReason =
  | "charge_for_pending_refund_disputed"
  | "declined"
  | "expired_or_canceled_card"
  | "insufficient_funds"
  | "lost_or_stolen_card"
  | "merchant_request"
  | "unknown";

const UNSETTLED = ["pending", "requires_action"];

/** The money has arrived at the customer's bank. */
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
 * The money came back, also after the refund had already succeeded: a card network may refuse it days later. The
 * amount returns to the balance and can be refunded again.
 */
export async function failRefund(
  tx: Tx,
  locked: LockedRefund,
  reason: RefundFailureReason,
): Promise<Stripe.Refund> {
  assertStatus(locked, [...UNSETTLED, "succeeded"], "fail");
  const failed = await giveBack(tx, locked, "failed", reason);
  await recordEvent(tx, "refund.failed", failed);
  return failed;
}

/** `POST /v1/refunds/{refund}/cancel`: only while the customer still has to say where the money shall go. */
export async function cancelRefund(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
  if (locked.refund.status !== "requires_action") {
    throw invalidRequest("Canceling this refund is unsupported.");
  }
  return giveBack(tx, locked, "canceled", "merchant_request");
}

/** The customer was asked by e-mail where the money shall go. */
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

/** The card network has named its reference, by which the customer's bank can find the money. */
export async function showRefundReference(tx: Tx, locked: LockedRefund): Promise<Stripe.Refund> {
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

async function giveBack(
  tx: Tx,
  locked: LockedRefund,
  status: "failed" | "canceled",
  reason: RefundFailureReason,
): Promise<Stripe.Refund> {
  const { pending_reason: _, next_action: __, ...before } = locked.refund;
  const movement = await recordRefundReturn(tx, locked.charge, locked.refund);
  const after: Stripe.Refund = {
    ...before,
    failure_balance_transaction: movement.id,
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

/** Stripe tells about a changed refund twice; the older of the two events exists for cards only. */
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
