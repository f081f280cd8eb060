import { z } from "zod";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { readUsd, usdInput } from "../wire";

/** A charge or hold is at most this. */
const MAX_SPEND = 1_000_000_000_000_000n as Nanos;

/** Spending is counted in billionths of a dollar. */
export const NANO_DECIMALS = 9;

const customerId = z
  .string({ error: "Write the customer's id as a string." })
  .max(64)
  .optional()
  .meta({ description: "Needed with a key of the operator; a customer's key acts on its own." });

const idempotencyKey = z
  .string({ error: "Write the key as a string." })
  .min(1)
  .max(255)
  .regex(/^[\x21-\x7e]*$/, "Use visible ASCII characters without spaces.")
  .optional()
  .meta({ description: "Your name for this request. The header Idempotency-Key is the same thing." });

const description = z.string({ error: "Write the description as a string." }).max(500).optional();

const metadata = z
  .record(z.string().max(40), z.string({ error: "Every value must be a string." }).max(500))
  .refine((entries) => Object.keys(entries).length <= 20, "At most 20 entries are kept.")
  .optional();

const overdraft = z
  .literal("allow", { error: 'The only value is "allow".' })
  .optional()
  .meta({ description: "Records work already done even below zero. Only for the operator." });

/** A charge. */
export const chargeBody = z.strictObject({
  customer_id: customerId,
  amount_usd: usdInput,
  idempotency_key: idempotencyKey,
  description,
  metadata,
  overdraft,
});

/** Up to a thousand charges. */
export const batchBody = z.strictObject({
  charges: z
    .array(chargeBody, { error: "Send a list of charges." })
    .min(1, "Send at least one charge.")
    .max(1_000, "Send at most 1,000 charges at once."),
});

/** A charge to be given back. */
export const refundBody = z.strictObject({
  customer_id: customerId,
  amount_usd: usdInput
    .optional()
    .meta({ description: "All that is left of the charge when it is left out." }),
  idempotency_key: idempotencyKey,
  description,
  metadata,
});

/** Longest and usual life of a hold. */
const MAX_HOLD_SECONDS = 86_400;
const DEFAULT_HOLD_SECONDS = 3_600;

/** A hold. */
export const holdBody = z.strictObject({
  customer_id: customerId,
  amount_usd: usdInput,
  idempotency_key: idempotencyKey,
  expires_in_seconds: z
    .int({ error: `Use whole seconds from 1 to ${MAX_HOLD_SECONDS}.` })
    .min(1)
    .max(MAX_HOLD_SECONDS, `A hold lives at most ${MAX_HOLD_SECONDS} seconds.`)
    .default(DEFAULT_HOLD_SECONDS),
  description,
  metadata,
});

/** What is captured of a hold. */
export const captureBody = z.strictObject({
  customer_id: customerId,
  amount_usd: usdInput.optional().meta({ description: "All that was held when it is left out." }),
});

/** A hold to be released. */
export const releaseBody = z.strictObject({ customer_id: customerId });

/** Whose hold is asked for. */
export const holdQuery = z.strictObject({ customer_id: customerId });

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
