import { invalidRequest } from "../../api/stripe-error";
import type { TestCard } from "../../cards/test-cards";
import { recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import { findObjects, insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { recordDisputeWithdrawal } from "../balance/payment-funds";
import { updateWarnings } from "../early-fraud-warnings/early-fraud-warning";
import { lockRefund } from "../refunds/refund";
import { failRefund } from "../refunds/settle-refund";
import {
  buildDispute,
  type DisputeInput,
  type DisputeSecrets,
  disputeSaveOptions,
  hasWithdrawnFunds,
  INQUIRY_SECONDS,
  withdrawnCents,
} from "./dispute";

/** Opens the dispute that a test card stands for. */
export async function openTestCardDispute(tx: Tx, charge: Stripe.Charge, card: TestCard): Promise<void> {
  if (card.afterwards === "dispute") {
    await openDispute(tx, charge, { kind: "chargeback", reason: "fraudulent" });
  } else if (card.afterwards === "inquiry") {
    await openDispute(tx, charge, { kind: "inquiry", reason: "general" });
  }
}

/**
 * Opens a dispute. A chargeback withdraws the amount and Stripe's fee at once; an inquiry withdraws nothing. The
 * caller has locked the charge.
 *
 * @param input.amountCents defaults to what is neither refunded nor disputed. It may include refunded money, because
 *   a bank does not always know of a refund.
 * @throws StripeError 400 for a charge that was not captured, or an amount above what other disputes left
 */
export async function openDispute(
  tx: Tx,
  charge: Stripe.Charge,
  input: Omit<DisputeInput, "amountCents"> & { amountCents?: number | undefined },
): Promise<Stripe.Dispute> {
  assertDisputable(charge);
  const amountCents = input.amountCents ?? (await disputableCents(tx, charge));
  if (amountCents < 1) throw invalidRequest(`Nothing is left on ${charge.id} to dispute.`);
  if (amountCents > (await undisputedCents(tx, charge))) {
    throw invalidRequest(`The disputed amount is larger than what is left of ${charge.id}.`, "amount");
  }
  const dispute = buildDispute(tx, charge, { ...input, amountCents });
  const isChargeback = input.kind === "chargeback";
  if (isChargeback) dispute.balance_transactions = [await recordDisputeWithdrawal(tx, dispute, charge.id)];
  await insert(tx, dispute);
  const disputed: Stripe.Charge = { ...charge, disputed: true };
  await updateObject(tx, disputed);
  await recordEvent(tx, "charge.dispute.created", dispute);
  await updateWarnings(tx, disputed);
  if (isChargeback) {
    await recordEvent(tx, "charge.dispute.funds_withdrawn", dispute);
    await failPendingRefunds(tx, charge.id);
  }
  return dispute;
}

/** A chargeback without a response is lost, an inquiry without a follow-up is closed. */
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

/** Returns the captured amount less all withdrawn disputes, in cents. */
export async function undisputedCents(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const disputes = await findObjects<Stripe.Dispute>(tx, "dispute", { charge: charge.id });
  const taken = disputes.filter(({ data }) => hasWithdrawnFunds(data.status));
  return taken.reduce((rest, { data }) => rest - withdrawnCents(data), charge.amount_captured);
}

/**
 * Returns what is neither disputed nor refunded, in cents. Pending refunds do not count: a chargeback makes them
 * fail.
 */
async function disputableCents(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const refunds = await findObjects<Stripe.Refund>(tx, "refund", { charge: charge.id });
  const arrived = refunds.filter(({ data }) => data.status === "succeeded");
  return arrived.reduce((rest, { data }) => rest - data.amount, await undisputedCents(tx, charge));
}

/** Fails pending refunds of a charge whose money the bank has withdrawn, so that it is not paid back twice. */
export async function failPendingRefunds(tx: Tx, chargeId: string): Promise<void> {
  const refunds = await findObjects<Stripe.Refund>(tx, "refund", { charge: chargeId });
  const onTheirWay = refunds.filter(
    ({ data }) => data.status === "pending" || data.status === "requires_action",
  );
  for (const { data } of onTheirWay.reverse()) {
    await failRefund(tx, await lockRefund(tx, data.id), "charge_for_pending_refund_disputed");
  }
}
