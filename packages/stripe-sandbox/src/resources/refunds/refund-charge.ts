import type { Afterwards } from "../../cards/test-cards";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObject, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordRefundMovement } from "../balance-transactions/charge-movement";
import { testCardOf } from "../payment-methods/method-secrets";
import {
  buildRefund,
  isCardCharge,
  type RefundInput,
  type RefundSecrets,
  type RefundStep,
  refundSaveOptions,
} from "./refund";
import { REFERENCE_SECONDS, SETTLE_SECONDS } from "./refund-times";
import { withRefunded } from "./with-refunded";

interface Course {
  status: "pending" | "succeeded";
  next: RefundStep;
  afterSeconds: number;
}

/**
 * Pays money back: the refund, its balance transaction, the charge's running total and the events, in Stripe's order.
 * The caller has locked the charge and knows that so much is left on it.
 */
export async function refundCharge(
  tx: Tx,
  charge: Stripe.Charge,
  input: RefundInput,
): Promise<Stripe.Refund> {
  const course = await courseOf(tx, charge);
  const refund = buildRefund(tx, charge, input, course.status);
  refund.balance_transaction = (await recordRefundMovement(tx, charge, refund)).id;
  const secrets: RefundSecrets = { next: course.next };
  await insertObject(tx, refund, {
    ...refundSaveOptions(refund),
    private: secrets,
    dueAt: tx.now + course.afterSeconds,
  });
  const refunded = markFraud(withRefunded(charge, input.amountCents), input);
  await updateObject(tx, refunded);
  await recordEvent(tx, "refund.created", refund);
  await recordEvent(tx, "charge.refunded", refunded, changedAttributes(charge, refunded));
  return refund;
}

/** How the refund will go, as the card that paid decides. */
async function courseOf(tx: Tx, charge: Stripe.Charge): Promise<Course> {
  if (!isCardCharge(charge)) return { status: "pending", next: "succeed", afterSeconds: SETTLE_SECONDS };
  switch (await markerOf(tx, charge)) {
    case "refund_pending":
      return { status: "pending", next: "succeed", afterSeconds: SETTLE_SECONDS };
    case "refund_fails":
      return { status: "succeeded", next: "fail", afterSeconds: SETTLE_SECONDS };
    default:
      return { status: "succeeded", next: "reference", afterSeconds: REFERENCE_SECONDS };
  }
}

async function markerOf(tx: Tx, charge: Stripe.Charge): Promise<Afterwards | undefined> {
  if (!charge.payment_method) return undefined;
  const method = await findObject(tx, "payment_method", charge.payment_method);
  return method && testCardOf(method.private).afterwards;
}

/** Refunding as fraudulent tells Stripe what the seller thinks of the payment. */
function markFraud(charge: Stripe.Charge, { reason }: RefundInput): Stripe.Charge {
  if (reason !== "fraudulent") return charge;
  return { ...charge, fraud_details: { ...charge.fraud_details, user_report: "fraudulent" } };
}
