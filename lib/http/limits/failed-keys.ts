import { isKeyLookedUp, isListedKey, refreshListedKeys } from "@/lib/api-keys";
import { isAppError } from "@/lib/platform/errors";
import { countRequest, RateLimitedError, uncountRequest } from "./rate-limits";

/**
 * Verifies an API key, and counts it against its address when it is none. What needs a query is counted before it is made:
 * from an address beyond the limit only keys that exist are still looked up, so whoever shares it with somebody who guesses
 * keys is not held up, and the guesses cost nothing.
 *
 * @param verify throws an AppError when the secret is no key
 * @throws RateLimitedError too many secrets from this address were no keys
 */
export async function verifyCountingFailures<T>(
  address: string,
  secret: string,
  verify: () => Promise<T>,
): Promise<T> {
  const isCounted = !isKeyLookedUp(secret) && (await countUnlessListed(address, secret));
  try {
    const verified = await verify();
    if (isCounted) await uncountRequest("failed_keys", address);
    return verified;
  } catch (error) {
    if (isAppError(error)) {
      if (isCounted) refreshListedKeys();
      else await countRequest("failed_keys", address);
    } else if (isCounted) {
      await uncountRequest("failed_keys", address); // the database is away, which says nothing about the key
    }
    throw error;
  }
}

/** @returns whether the request was counted; false for a key that exists, from an address beyond its limit */
async function countUnlessListed(address: string, secret: string): Promise<boolean> {
  try {
    await countRequest("failed_keys", address);
    return true;
  } catch (error) {
    if (!(error instanceof RateLimitedError) || !(await isListedKey(secret))) throw error;
    return false;
  }
}
