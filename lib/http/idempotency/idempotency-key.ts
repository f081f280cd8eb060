import { invalidField } from "@/lib/platform/errors";

const MAX_KEY_LENGTH = 255;

/**
 * Reads the header `Idempotency-Key`.
 *
 * @returns null when none was sent
 * @throws InvalidRequestError naming the header
 */
export function readIdempotencyKey(headers: Headers): string | null {
  const key = headers.get("idempotency-key");
  if (key === null) return null;
  if (key.length === 0 || key.length > MAX_KEY_LENGTH || /[^\x21-\x7e]/.test(key)) {
    throw invalidField(
      "Idempotency-Key",
      `Use 1 to ${MAX_KEY_LENGTH} visible ASCII characters without spaces.`,
    );
  }
  return key;
}
