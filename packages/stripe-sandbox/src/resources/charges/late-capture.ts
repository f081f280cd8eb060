import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Queryable } from "../../store/database";
import { findObject, updateObject } from "../../store/objects";
import { readSetting, writeSetting } from "../../store/settings";
import type { Stripe } from "../../stripe-types";
import { recordChargeMovement } from "../balance-transactions/charge-movement";

const SETTING = "capture_delay_seconds";

/**
 * How many seconds after a payment its balance transaction comes. Stripe's default, `automatic_async`, answers before
 * it has one; here that is so only when it was asked for, because most tests have no use for the wait.
 *
 * @returns 0 for at once
 * @see https://docs.stripe.com/payments/payment-intents/asynchronous-capture
 */
export async function captureDelaySeconds(tx: Tx, intent: Stripe.PaymentIntent): Promise<number> {
  if (intent.capture_method !== "automatic_async") return 0;
  return Number((await readSetting(tx, SETTING)) ?? "0");
}

export async function setCaptureDelay(db: Queryable, seconds: number): Promise<void> {
  await writeSetting(db, SETTING, String(seconds));
}

/** Brings the balance transactions whose time has come, and tells of each with `charge.updated`. */
export async function endDueCaptures(tx: Tx): Promise<void> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = 'charge' AND due_at <= $1 ORDER BY due_at, seq",
    [tx.now],
  );
  for (const { id } of due) {
    const stored = await findObject<Stripe.Charge>(tx, "charge", id, "lock");
    // Somebody else was quicker when the row, now locked, has one.
    if (stored?.data.balance_transaction === null) await endCapture(tx, stored.data);
  }
}

async function endCapture(tx: Tx, before: Stripe.Charge): Promise<void> {
  const movement = await recordChargeMovement(tx, before);
  const after: Stripe.Charge = { ...before, balance_transaction: movement.id };
  await updateObject(tx, after, { dueAt: null });
  await recordEvent(tx, "charge.updated", after, changedAttributes(before, after));
}
