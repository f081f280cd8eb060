import { z } from "zod";

const DAY_SECONDS = 86_400;

export const deliveryFaultInput = z.strictObject({
  match: z
    .strictObject({
      /** An event type, or the beginning of some with `*` at the end. */
      type: z.string().optional(),
      /** Id of an endpoint. */
      endpoint: z.string().optional(),
    })
    .default({}),
  action: z.enum(["drop", "delay", "duplicate", "copy", "reorder"]),
  /** How many deliveries it hits, or how many are reordered together; null until it is taken away. */
  times: z.int().min(1).max(10_000).nullable().default(1),
  chance: z.number().min(0).max(1).default(1),
  delayMs: z
    .int()
    .min(0)
    .max(7 * DAY_SECONDS * 1000)
    .default(10_000),
  copies: z.int().min(1).max(100).default(1),
  parallel: z.boolean().default(false),
});

export const rotateInput = z.strictObject({
  /** Stripe keeps an old secret for at most a day. */
  overlap_seconds: z.int().min(0).max(DAY_SECONDS).default(DAY_SECONDS),
});
