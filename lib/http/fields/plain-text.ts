import { z } from "zod";
import { EMAIL_PATTERN, MAX_EMAIL_LENGTH, parseEmail } from "@/lib/platform/email-address";

/**
 * No control characters, which no name has and Postgres cannot all store, and no half of a surrogate pair. Written so that it
 * means the same with and without the flag `u`: programs that read our OpenAPI document use either.
 */
export const PLAIN = /^(?:[ -~\u00a0-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]|[^\0-\uffff])*$/;

/**
 * A line of text from a person: not blank, at most `max` characters.
 *
 * @param what its name for the caller, as in "The name"
 */
export function plainText(what: string, max: number) {
  return z
    .string({
      error: (issue) => (issue.input === undefined ? `${what} is required.` : `${what} must be a string.`),
    })
    .max(max, `${what} may have at most ${max} characters.`)
    .regex(/\S/, `${what} must not be empty.`)
    .regex(PLAIN, `${what} must not contain control characters.`);
}

/** What Postgres keeps as it came: no NUL, and no half of a surrogate pair. */
export const STORABLE = /^(?:[^\0\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;

/** Said of a text that is not storable. */
export const NOT_STORABLE = "This must not contain NUL characters or broken Unicode.";

/** An e-mail address, by the one rule for all addresses; it is stored as `parseEmail` writes it. */
export const emailInput = z
  .string({
    error: (issue) =>
      issue.input === undefined ? "The e-mail address is required." : "Write an e-mail address.",
  })
  .max(MAX_EMAIL_LENGTH, `An e-mail address has at most ${MAX_EMAIL_LENGTH} characters.`)
  .regex(EMAIL_PATTERN, "Write an e-mail address.")
  .refine((text) => parseEmail(text) !== null, "Write an e-mail address.");
