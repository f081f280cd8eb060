import { z } from "zod";

/** Why a bank refuses a debit. */
export const debitFailureInput = z.strictObject({
  reason: z
    .enum(["account_closed", "debit_not_authorized", "insufficient_funds"])
    .default("insufficient_funds"),
});

export const authenticateInput = z.strictObject({ answer: z.enum(["complete", "fail"]) });

/** What a card network tells Stripe about a card that was replaced. */
export const cardUpdateInput = z.strictObject({
  exp_month: z.int().min(1).max(12).optional(),
  exp_year: z.int().min(2000).max(2100).optional(),
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  brand: z.enum(["visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay"]).optional(),
});

export type CardUpdate = z.infer<typeof cardUpdateInput>;
