import { z } from "zod";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { customerInput } from "./customer-input";
import { exampleId } from "./fields";
import { NOT_STORABLE, STORABLE } from "./plain-text";
import { readUsd, usdInput } from "./wire";

/** A charge or hold is at most this. */
const MAX_SPEND = 1_000_000_000_000_000n as Nanos;

/** Spending is counted in billionths of a dollar. */
export const NANO_DECIMALS = 9;

/** Whom it concerns. */
export const spendingCustomer = customerInput.optional().meta({
  description: "Needed with a key of the operator; a customer's key acts on its own.",
  examples: [exampleId("customer")],
});

/** The caller's name for a request, in the body. */
export const idempotencyKey = z
  .string({ error: "Write the key as a string." })
  .min(1, "The key must not be empty.")
  .max(255, "The key may have at most 255 characters.")
  .regex(/^[\x21-\x7e]*$/, "Use visible ASCII characters without spaces.")
  .optional()
  .meta({
    description:
      "Your name for this request. The header `Idempotency-Key` is the same thing; one of the two is needed.",
    examples: ["job-8731-step-2"],
  });

/** What the customer sees of it. */
export const description = z
  .string({ error: "Write the description as a string." })
  .max(500, "The description may have at most 500 characters.")
  .regex(STORABLE, NOT_STORABLE)
  .optional()
  .meta({ description: "Shown to the customer in its activity.", examples: ["1,250 tokens of text"] });

const MAX_METADATA = 20;

/** What the caller keeps with it. */
export const metadata = z
  .record(
    z.string().max(40, "A name may have at most 40 characters.").regex(STORABLE, NOT_STORABLE),
    z
      .string({ error: "Every value must be a string." })
      .max(500, "A value may have at most 500 characters.")
      .regex(STORABLE, NOT_STORABLE),
    {
      error: (issue) =>
        issue.code === "invalid_key"
          ? issue.issues[0]?.message
          : 'Send an object of strings, such as { "model": "small" }.',
    },
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

/** An amount to spend. */
export const spendInput = usdInput.meta({
  description: "US dollars: more than zero, at most 1000000.00, with up to 9 decimals.",
  examples: ["0.0375"],
});

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
