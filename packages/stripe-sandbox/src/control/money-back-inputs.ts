import { z } from "zod";

export const disputeInput = z.strictObject({
  kind: z.enum(["chargeback", "inquiry"]).default("chargeback"),
  /** Cents. Default: all that was neither refunded nor taken by another dispute. */
  amount: z.int().min(1).optional(),
  /** @see https://docs.stripe.com/api/disputes/object#dispute_object-reason */
  reason: z
    .enum([
      "bank_cannot_process",
      "check_returned",
      "credit_not_processed",
      "customer_initiated",
      "debit_not_authorized",
      "duplicate",
      "fraudulent",
      "general",
      "incorrect_account_details",
      "insufficient_funds",
      "noncompliant",
      "product_not_received",
      "product_unacceptable",
      "subscription_canceled",
      "unrecognized",
    ])
    .default("fraudulent"),
});

/** @see https://docs.stripe.com/api/refunds/object#refund_object-failure_reason */
export const failInput = z.strictObject({
  reason: z
    .enum([
      "charge_for_pending_refund_disputed",
      "declined",
      "expired_or_canceled_card",
      "insufficient_funds",
      "lost_or_stolen_card",
      "merchant_request",
      "unknown",
    ])
    .default("expired_or_canceled_card"),
});

export const nothingInput = z.strictObject({});
