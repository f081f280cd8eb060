import type { z } from "zod";
import type { CapturedHold, Hold, PostedCharge, PostedRefund } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import type { BatchOutcome } from "@/lib/usage";
import type { batchAnswer, captureAnswer, chargeAnswer, holdAnswer, refundAnswer } from "../answers/usage";
import { describeError } from "../pipeline/errors";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentCharge(charge: PostedCharge) {
  return {
    charge_id: charge.chargeId,
    amount_usd: formatUsd(charge.amount),
    balance_usd: formatUsd(charge.balanceAfter),
    available_usd: formatUsd(charge.availableAfter),
    created_at: charge.createdAt.toISOString(),
  } satisfies z.input<typeof chargeAnswer>;
}

/** One item of a batch: a charge, or the error that it would have got alone. */
export function presentBatchOutcome(outcome: BatchOutcome) {
  return (
    outcome.ok
      ? { ok: true, replayed: outcome.charge.isReplay, ...presentCharge(outcome.charge) }
      : { ok: false, ...describeError(outcome.error) }
  ) satisfies z.input<typeof batchAnswer>["results"][number];
}

export function presentRefund(refund: PostedRefund) {
  return {
    refund_id: refund.refundId,
    charge_id: refund.chargeId,
    amount_usd: formatUsd(refund.amount),
    balance_usd: formatUsd(refund.balanceAfter),
    available_usd: formatUsd(refund.availableAfter),
    created_at: refund.createdAt.toISOString(),
  } satisfies z.input<typeof refundAnswer>;
}

export function presentHold(hold: Hold) {
  return {
    hold_id: hold.holdId,
    status: hold.status,
    amount_usd: formatUsd(hold.amount),
    captured_usd: hold.captured === null ? null : formatUsd(hold.captured),
    expires_at: hold.expiresAt?.toISOString() ?? null,
  } satisfies z.input<typeof holdAnswer>;
}

export function presentCapture(capture: CapturedHold) {
  return {
    hold_id: capture.holdId,
    status: "captured",
    amount_usd: formatUsd(capture.held),
    captured_usd: formatUsd(capture.captured),
    expires_at: capture.expiresAt?.toISOString() ?? null,
    charge_id: capture.chargeId,
    balance_usd: formatUsd(capture.balanceAfter),
    available_usd: formatUsd(capture.availableAfter),
    created_at: capture.createdAt.toISOString(),
  } satisfies z.input<typeof captureAnswer>;
}
