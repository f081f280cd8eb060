import { z } from "zod";
import { EMAIL_PATTERN, MAX_EMAIL_LENGTH, parseEmail } from "@/lib/platform/email-address";

/**
 * Text without control characters and unpaired surrogates. Written so that it means the same with and without the `u` flag:
 * programs that read our OpenAPI document use either.
 */
export const PLAIN_TEXT =
  /^(?:[ -~\u00a0-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]|[^\0-\uffff])*$/;

/**
 * A line of text that is not blank and has at most `max` characters.
 * @param name the field's name in error messages, as in "The name"
 */
export function plainText(name: string, max: number) {
  return z
    .string({
      error: (issue) => (issue.input === undefined ? `${name} is required.` : `${name} must be a string.`),
    })
    .max(max, `${name} may have at most ${max} characters.`)
    .regex(/\S/, `${name} must not be empty.`)
    .regex(PLAIN_TEXT, `${name} must not contain control characters.`);
}

/** Text that Postgres stores unchanged: no NUL, no unpaired surrogate. */
export const STORABLE_TEXT = /^(?:[^\0\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;

export const STORABLE_TEXT_MESSAGE = "This must not contain NUL characters or invalid Unicode.";

/** An email address. It is stored as `parseEmail` returns it. */
export const emailInput = z
  .string({
    error: (issue) =>
      issue.input === undefined ? "The email address is required." : "Write an email address.",
  })
  .max(MAX_EMAIL_LENGTH, `An email address may have at most ${MAX_EMAIL_LENGTH} characters.`)
  .regex(EMAIL_PATTERN, "Write an email address.")
  .refine((text) => parseEmail(text) !== null, "Write an email address.");
