import { z } from "zod";

export const modeInput = z.strictObject({ mode: z.enum(["deliver", "hold", "drop"]) });

export const duplicateInput = z.strictObject({
  times: z.int().min(1).max(100).default(2),
  parallel: z.boolean().default(false),
});

export const faultInput = z.strictObject({
  match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).default({}),
  status: z.literal([500, 429, 409, 403, 401, 400]).optional(),
  code: z.enum(["lock_timeout", "rate_limit", "api_key_expired"]).optional(),
  chance: z.number().min(0).max(1).default(1),
  times: z.int().min(1).default(1),
  when: z.enum(["before", "after_commit", "remembered"]).default("before"),
  reset: z.boolean().optional(),
  delayMs: z.int().min(0).max(120_000).optional(),
  shouldRetry: z.boolean().optional(),
});

export const clockInput = z.strictObject({
  advance_seconds: z
    .int()
    .min(0)
    .max(10 * 365 * 86_400),
});

/** Stripe takes seconds. */
export const captureInput = z.strictObject({ after_seconds: z.int().min(0).max(3_600) });

const address = z.strictObject({
  country: z.string(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  city: z.string().optional(),
  state: z.string().optional(),
  postal_code: z.string().optional(),
});

export const payInput = z.strictObject({
  /** A test card number. */
  card: z.string().optional(),
  /** Id of a saved card instead of a number. */
  payment_method: z.string().optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  address: address.optional(),
  tax_id: z.string().optional(),
  save: z.boolean().optional(),
  /** Pays with a US bank account instead of a card: the bank's response four days later. */
  bank_account: z.enum(["pays", "fails"]).optional(),
  /** The payer's own currency, where Adaptive Pricing offers it: `eur`. */
  currency: z.string().optional(),
  /** Country code of the payer's location, for Adaptive Pricing. */
  location: z.string().optional(),
  /** The outcome of 3-D Secure; without it the payment waits. */
  authentication: z.enum(["complete", "fail"]).optional(),
});

export type PayInput = z.infer<typeof payInput>;
export type DuplicateInput = z.infer<typeof duplicateInput>;
