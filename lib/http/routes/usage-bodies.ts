import { z } from "zod";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { customerInput } from "../fields/customer-input";
import { exampleId, pathId } from "../fields/fields";
import { NOT_STORABLE, STORABLE } from "../fields/plain-text";
import { readUsd, usdInput } from "../fields/wire";

/** A charge or hold is at most this. */
const MAX_SPEND = 1_000_000_000_000_000n as Nanos;

/** Spending is counted in billionths of a dollar. */
export const NANO_DECIMALS = 9;

const customerId = customerInput.optional().meta({
  description: "Needed with a key of the operator; a customer's key acts on its own.",
  examples: [exampleId("customer")],
});

/** The caller's name for a request, in the body. */
export const idempotencyKey = z
  .string({ error: "Write the key as a string." })
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]*$/, "Use visible ASCII characters without spaces.")
  .optional()
  .meta({
    description:
      "Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed.",
    examples: ["job-8731-step-2"],
  });

const description = z
  .string({ error: "Write the description as a string." })
  .max(500)
  .regex(STORABLE, NOT_STORABLE)
  .optional()
  .meta({ description: "Shown to the customer in its activity.", examples: ["1,250 tokens of text"] });

const MAX_METADATA = 20;

const metadata = z
  .record(
    z.string().max(40).regex(STORABLE, NOT_STORABLE),
    z.string({ error: "Every value must be a string." }).max(500).regex(STORABLE, NOT_STORABLE),
  )
  .refine(
    (entries) => Object.keys(entries).length <= MAX_METADATA,
    `At most ${MAX_METADATA} entries are kept.`,
  )
  .optional()
  .meta({
    description:
      "Your own words about it, kept with it. At most 20 entries; keys up to 40 characters, values up to 500.",
    examples: [{ model: "small" }],
    maxProperties: MAX_METADATA,
  });

const overdraft = z
  .literal("allow", { error: 'The only value is "allow".' })
  .optional()
  .meta({
    description: "Records work already done even below zero. Only for the operator.",
    examples: ["allow"],
  });

const spendInput = usdInput.meta({
  description: "US dollars: more than zero, at most 1000000.00, with up to 9 decimals.",
  examples: ["0.0375"],
});

/** A charge. */
export const chargeBody = z
  .strictObject({
    customer_id: customerId,
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
          { customer_id: exampleId("customer"), amount_usd: "0.0375", idempotency_key: "job-8731-step-2" },
          { customer_id: exampleId("customer"), amount_usd: "0.0125", idempotency_key: "job-8731-step-3" },
        ],
      },
    ],
  });

/** A charge to be given back. */
export const refundBody = z
  .strictObject({
    customer_id: customerId,
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

/** Longest and usual life of a hold. */
const MAX_HOLD_SECONDS = 86_400;
const DEFAULT_HOLD_SECONDS = 3_600;

/** A hold. */
export const holdBody = z
  .strictObject({
    customer_id: customerId,
    amount_usd: spendInput,
    idempotency_key: idempotencyKey,
    expires_in_seconds: z
      .int({ error: `Use whole seconds from 1 to ${MAX_HOLD_SECONDS}.` })
      .min(1)
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
    customer_id: customerId,
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
export const releaseBody = z.strictObject({ customer_id: customerId }).meta({
  id: "ReleaseInput",
  description: "Whose hold to give back.",
  examples: [{ customer_id: exampleId("customer") }],
});

/** Whose hold is asked for. */
export const holdQuery = z.strictObject({ customer_id: customerId });

/** The hold that a path names. */
export const holdPath = z.object({ hold_id: pathId("hold", "hold") });

/** The charge that a path names. */
export const chargePath = z.object({ charge_id: pathId("charge", "charge") });

/**
 * Reads an amount to spend: more than zero, at most a million dollars.
 * @throws InvalidRequestError naming the field
 */
export function readSpend(field: string, input: string | number): Nanos {
  const amount = readUsd(field, input, NANO_DECIMALS);
  if (amount <= ZERO) throw invalidField(field, "The amount must be more than zero.");
  if (amount > MAX_SPEND) throw invalidField(field, "The amount may be at most 1000000.00 US dollars.");
  return amount;
}

/**
 * The name of a request, from the header or the body: they are the same thing.
 * @throws InvalidRequestError none came, or two that differ
 */
export function readKey(header: string | null, body: { idempotency_key?: string | undefined }): string {
  const field = body.idempotency_key;
  if (header !== null && field !== undefined && header !== field) {
    throw invalidField("idempotency_key", "The header Idempotency-Key says something else.");
  }
  const key = field ?? header;
  if (key === null || key === undefined) {
    throw invalidField(
      "idempotency_key",
      "Name the request, so that it can be repeated without charging twice.",
    );
  }
  return key;
}
