import type { TestCard } from "../../cards/test-cards";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Queryable } from "../../store/database";
import { findObject, updateObject } from "../../store/objects";
import { readSetting, writeSetting } from "../../store/settings";
import type { Stripe } from "../../stripe-types";
import { recordChargeFunds } from "../balance/payment-funds";
import { openTestCardDispute } from "../disputes/open-dispute";
import { raiseTestCardWarning } from "../early-fraud-warnings/early-fraud-warning";
import { settleAfterCharge } from "../invoices/settle-invoice";
import { findDueIds } from "../load-object";

const SETTING = "capture_delay_seconds";

/**
 * Returns how many seconds after a payment its balance transaction is created. Stripe's default, `automatic_async`,
 * responds before it exists; here only after `POST /_control/captures`, because most tests need no delay.
 *
 * @see https://docs.stripe.com/payments/payment-intents/asynchronous-capture
 */
export async function captureDelaySeconds(tx: Tx, intent: Stripe.PaymentIntent): Promise<number> {
  if (intent.capture_method !== "automatic_async") return 0;
  return Number((await readSetting(tx, SETTING)) ?? "0");
}

export async function setCaptureDelay(db: Queryable, seconds: number): Promise<void> {
  await writeSetting(db, SETTING, String(seconds));
}

/** Creates the balance transactions that are due, and announces each with `charge.updated`. */
export async function endDueCaptures(tx: Tx): Promise<void> {
  for (const id of await findDueIds(tx, "charge")) {
    const stored = await findObject<Stripe.Charge>(tx, "charge", id, "lock");
    // A concurrent transaction may have created it before this one got the lock.
    if (stored?.data.balance_transaction === null) await endCapture(tx, stored.data);
  }
}

async function endCapture(tx: Tx, before: Stripe.Charge): Promise<void> {
  const transaction = await recordChargeFunds(tx, before);
  const after: Stripe.Charge = { ...before, balance_transaction: transaction.id };
  await updateObject(tx, after, { dueAt: null });
  await recordEvent(tx, "charge.updated", after, changedAttributes(before, after));
}

interface Capture {
  charge: Stripe.Charge;
  intent: Stripe.PaymentIntent;
  card: TestCard;
  /** `charge.captured` for an amount that was held first. */
  chargeEvent: "charge.succeeded" | "charge.captured";
}

/**
 * Announces a captured card payment and opens the test card's dispute, in the order in which Stripe was seen to send
 * the events: `charge.dispute.created` comes before `payment_intent.succeeded`, so the receiver may not know the
 * payment.
 */
export async function announceCapture(tx: Tx, { charge, intent, card, chargeEvent }: Capture): Promise<void> {
  await recordEvent(tx, chargeEvent, charge);
  await openTestCardDispute(tx, charge, card);
  await recordEvent(tx, "payment_intent.succeeded", intent);
  await settleAfterCharge(tx, charge);
  await raiseTestCardWarning(tx, charge, card);
}
