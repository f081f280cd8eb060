import { z } from "zod";
import { exampleId, pathId } from "../fields/fields";
import { description, idempotencyKey, metadata, spendInput, spendingCustomer } from "../fields/spend-input";
import { usdInput } from "../fields/wire";

/** Longest and usual life of a hold. */
const MAX_HOLD_SECONDS = 86_400;
const DEFAULT_HOLD_SECONDS = 3_600;

/** A hold. */
export const holdBody = z
  .strictObject({
    customer_id: spendingCustomer,
    amount_usd: spendInput,
    idempotency_key: idempotencyKey,
    expires_in_seconds: z
      .int({ error: `Use whole seconds from 1 to ${MAX_HOLD_SECONDS}.` })
      .min(1, "A hold lives at least a second.")
      .max(MAX_HOLD_SECONDS, `A hold lives at most ${MAX_HOLD_SECONDS} seconds.`)
      .default(DEFAULT_HOLD_SECONDS)
      .meta({ description: "How long it reserves, at most a day; then it is given back by itself." }),
    description,
    metadata,
  })
  .meta({
    id: "HoldInput",
    description: "How much to reserve, and for how long.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "5.00",
        idempotency_key: "render-551",
        expires_in_seconds: 900,
      },
    ],
  });

/** What is captured of a hold. */
export const captureBody = z
  .strictObject({
    customer_id: spendingCustomer,
    amount_usd: usdInput
      .optional()
      .meta({ description: "All that was held when it is left out.", examples: ["3.20"] }),
  })
  .meta({
    id: "CaptureInput",
    description: "How much of a hold to charge.",
    examples: [{ customer_id: exampleId("customer"), amount_usd: "3.20" }],
  });

/** A hold to be released. */
export const releaseBody = z.strictObject({ customer_id: spendingCustomer }).meta({
  id: "ReleaseInput",
  description: "Whose hold to give back.",
  examples: [{ customer_id: exampleId("customer") }],
});

/** Whose hold is asked for. */
export const holdQuery = z.strictObject({ customer_id: spendingCustomer });

/** The hold that a path names. */
export const holdPath = z.object({ hold_id: pathId("hold", "hold") });
