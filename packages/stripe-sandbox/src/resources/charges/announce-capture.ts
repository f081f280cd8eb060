import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Stripe } from "../../stripe-types";
import { disputeByCard } from "../disputes/open-dispute";
import { settleAfterCharge } from "../invoices/settle-after-charge";

export interface Capture {
  charge: Stripe.Charge;
  intent: Stripe.PaymentIntent;
  card: TestCard;
  /** `charge.captured` when the amount was held before. */
  chargeEvent: "charge.succeeded" | "charge.captured";
}

/**
 * Tells that a card's money was captured and does what follows from it, in Stripe's order. A test card's dispute is
 * older than the success of its payment: Stripe was seen to deliver `charge.dispute.created` before
 * `payment_intent.succeeded`, so whoever handles disputes meets one for a payment that it does not know yet.
 */
export async function announceCapture(tx: Tx, { charge, intent, card, chargeEvent }: Capture): Promise<void> {
  await recordEvent(tx, chargeEvent, charge);
  await disputeByCard(tx, charge, card);
  await recordEvent(tx, "payment_intent.succeeded", intent);
  await settleAfterCharge(tx, charge);
}
