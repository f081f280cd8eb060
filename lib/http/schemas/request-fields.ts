import { z } from "zod";
import { invalidField } from "@/lib/platform/errors";
import { type CustomerId, type ID_PREFIXES, idPattern } from "@/lib/platform/ids";
import { exampleId } from "./response-fields";
import { STORABLE_TEXT, STORABLE_TEXT_MESSAGE } from "./text";

/** Fields that several requests share. */

/** A path parameter that is one of our ids. `noun` is used in the 404 message. */
export function pathId(kind: keyof typeof ID_PREFIXES, noun: string) {
  return z
    .string()
    .regex(idPattern(kind), `There is no such ${noun}.`)
    .meta({ description: `The id of the ${noun}.`, examples: [exampleId(kind)] });
}

/** The customer that an operator names. Typed by its pattern. */
export const customerIdInput: z.ZodType<CustomerId> = z
  .string({
    error: ({ input }) => {
      if (input === undefined) return "The customer is required.";
      return Array.isArray(input) ? "Send the customer's id once." : "Write the customer's id as a string.";
    },
  })
  .regex(idPattern("customer"), "This is not a customer id (cust_…).")
  .meta({
    description: "The customer.",
    examples: [exampleId("customer")],
  }) as unknown as z.ZodType<CustomerId>;

/** The customer to charge, which only the operator has to name. */
export const optionalCustomerIdInput = customerIdInput.optional().meta({
  description: "Required with an operator key. A customer key always acts on its own customer.",
  examples: [exampleId("customer")],
});

export const idempotencyKeyInput = z
  .string({ error: "Write the key as a string." })
  .min(1, "The key must not be empty.")
  .max(255, "The key may have at most 255 characters.")
  .regex(/^[\x21-\x7e]*$/, "Use visible ASCII characters without spaces.")
  .optional()
  .meta({
    description:
      "Your unique key for this request. You can send it as the `Idempotency-Key` header instead; one of the two is required.",
    examples: ["job-8731-step-2"],
  });

/**
 * Returns the idempotency key from the header or the body, which are equivalent.
 * @throws InvalidRequestError neither was sent, or they differ
 */
export function requireIdempotencyKey(
  header: string | null,
  body: { idempotency_key?: string | undefined },
): string {
  const field = body.idempotency_key;
  if (header !== null && field !== undefined && header !== field) {
    throw invalidField(
      "idempotency_key",
      "The Idempotency-Key header has a different value. Send only one of them.",
    );
  }
  const key = field ?? header;
  if (key === null || key === undefined) {
    throw invalidField(
      "idempotency_key",
      "An idempotency key is required, so that you can safely retry the request.",
    );
  }
  return key;
}

/** The text that the customer sees with a charge, hold or refund. */
export const descriptionInput = z
  .string({ error: "Write the description as a string." })
  .max(500, "The description may have at most 500 characters.")
  .regex(STORABLE_TEXT, STORABLE_TEXT_MESSAGE)
  .optional()
  .meta({ description: "Shown to the customer in their activity.", examples: ["1,250 tokens of text"] });

const MAX_METADATA_ENTRIES = 20;

export const metadataInput = z
  .record(
    z.string().max(40, "A name may have at most 40 characters.").regex(STORABLE_TEXT, STORABLE_TEXT_MESSAGE),
    z
      .string({ error: "Every value must be a string." })
      .max(500, "A value may have at most 500 characters.")
      .regex(STORABLE_TEXT, STORABLE_TEXT_MESSAGE),
    {
      error: (issue) =>
        issue.code === "invalid_key"
          ? issue.issues[0]?.message
          : 'Send an object of strings, such as { "model": "small" }.',
    },
  )
  .refine(
    (entries) => Object.keys(entries).length <= MAX_METADATA_ENTRIES,
    `Metadata may have at most ${MAX_METADATA_ENTRIES} entries.`,
  )
  .optional()
  .meta({
    description:
      "Your own key-value pairs, stored with it. At most 20 entries; keys up to 40 characters, values up to 500.",
    examples: [{ model: "small" }],
    maxProperties: MAX_METADATA_ENTRIES,
  });

export const timeInput = z.iso.datetime({
  offset: true,
  error:
    "Write a time with its offset, such as 2026-11-01T00:00:00Z. In a URL, write the + of an offset as %2B.",
});

/** Years that both Postgres and JavaScript can represent, with a day to spare. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;

/**
 * Parses a time that `timeInput` has checked.
 * @throws InvalidRequestError the year is not between 1970 and 9998
 */
export function parseTime(field: string, input: string | undefined): Date | undefined {
  if (input === undefined) return undefined;
  const time = new Date(input);
  const year = time.getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw invalidField(field, `The year must be between ${FIRST_YEAR} and ${LAST_YEAR}.`);
  }
  return time;
}
