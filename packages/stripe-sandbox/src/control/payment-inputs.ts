import { z } from "zod";
import { DECLINE_CODES } from "../cards/decline-by-code";

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

/** Why a bank refuses every charge of a saved card from now on. */
export const cardDeclineInput = z.strictObject({
  decline_code: z.enum(DECLINE_CODES),
  advice_code: z.enum(["confirm_card_data", "do_not_try_again", "try_again_later"]).nullish(),
});

export type CardUpdate = z.infer<typeof cardUpdateInput>;
