import { type Cents, formatCents } from "@/lib/money";
import { ConflictError } from "@/lib/platform/errors";

/** Why a top-up cannot be refunded, for programs. */
export const NOT_REFUNDABLE_REASONS = [
  "not_credited",
  "already_refunded",
  "disputed",
  "amount_too_large",
  "refunds_off",
  "window_closed",
  "already_spent",
  "stripe_refused",
] as const;
export type NotRefundableReason = (typeof NOT_REFUNDABLE_REASONS)[number];

/** The top-up cannot be refunded, or not by so much. Nothing was changed. */
export class NotRefundableError extends ConflictError {
  constructor(
    message: string,
    readonly reason: NotRefundableReason,
    private readonly refundable: Cents | null = null,
  ) {
    super(message);
  }

  override get details() {
    return {
      reason: this.reason,
      ...(this.refundable !== null && { refundable_usd: formatCents(this.refundable) }),
    };
  }
}
