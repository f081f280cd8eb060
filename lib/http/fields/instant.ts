import { z } from "zod";
import { invalidField } from "@/lib/platform/errors";

/** An instant as it comes in a query. */
export const instantInput = z.iso.datetime({
  offset: true,
  error:
    "Write an instant with its offset, such as 2026-11-01T00:00:00Z; in an address the + of an offset is written %2B.",
});

/** Years that a database and JavaScript read alike, with room for whoever asks for all there is. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;

/**
 * Reads an instant.
 * @throws InvalidRequestError naming the field: outside the years 1970 to 9998
 */
export function readInstant(field: string, input: string | undefined): Date | undefined {
  if (input === undefined) return undefined;
  const at = new Date(input);
  const year = at.getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR)) {
    throw invalidField(field, `The year must be from ${FIRST_YEAR} to ${LAST_YEAR}.`);
  }
  return at;
}
