import { z } from "zod";
import { exampleId, pathId } from "../fields/fields";
import { description, idempotencyKey, metadata, spendInput, spendingCustomer } from "../fields/spend-input";
import { usdInput } from "../fields/wire";

const overdraft = z
  .literal("allow", { error: 'The only value is "allow".' })
  .optional()
  .meta({
    description: "Records work already done even below zero. Only for the operator.",
    examples: ["allow"],
  });

/** A charge. */
export const chargeBody = z
  .strictObject({
    customer_id: spendingCustomer,
    amount_usd: spendInput,
    idempotency_key: idempotencyKey,
    description,
    metadata,
    overdraft,
  })
  .meta({
    id: "ChargeInput",
    description: "What to charge.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "0.0375",
        idempotency_key: "job-8731-step-2",
        description: "1,250 tokens of text",
      },
    ],
  });

/** Up to a thousand charges. */
export const batchBody = z
  .strictObject({
    charges: z
      .array(chargeBody, { error: "Send a list of charges." })
      .min(1, "Send at least one charge.")
      .max(1_000, "Send at most 1,000 charges at once.")
      .meta({ description: "What to charge. Each item needs an `idempotency_key` of its own." }),
  })
  .meta({
    id: "ChargeBatchInput",
    description: "Up to 1,000 charges.",
    examples: [
      {
        charges: [
          { customer_id: exampleId("customer"), amount_usd: "0.0375", idempotency_key: "job-8732-step-1" },
          { customer_id: exampleId("customer"), amount_usd: "0.0125", idempotency_key: "job-8732-step-2" },
        ],
      },
    ],
  });

/** A charge to be given back. */
export const refundBody = z
  .strictObject({
    customer_id: spendingCustomer,
    amount_usd: usdInput
      .optional()
      .meta({ description: "All that is left of the charge when it is left out.", examples: ["0.01"] }),
    idempotency_key: idempotencyKey,
    description,
    metadata,
  })
  .meta({
    id: "ChargeRefundInput",
    description: "How much of a charge to give back.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "0.01",
        idempotency_key: "refund-8731",
        description: "The answer was cut off",
      },
    ],
  });

/** The charge that a path names. */
export const chargePath = z.object({ charge_id: pathId("charge", "charge") });
