import { parseEmail } from "@/lib/platform/email-address";

/**
 * Reads an e-mail address as somebody typed it, by the same rule as the API.
 *
 * @throws Error it is none
 */
export function normalizeAddress(typed: string): string {
  const email = parseEmail(typed.normalize("NFKC"));
  if (email === null) throw new Error("This is not an e-mail address.");
  return email;
}
