import { isKeyLookedUp, isListedKey, refreshListedKeys } from "@/lib/api-keys";
import { isAppError } from "@/lib/platform/errors";
import { countRequest, RateLimitedError, uncountRequest } from "./rate-limits";

/**
 * Verifies an API key and limits the invalid keys per address. A key that needs a query is counted before the query: beyond
 * the limit, only keys that exist are looked up. So guessing keys costs the database nothing, and does not lock out others
 * at the same address.
 *
 * @param verify throws an AppError if the key is invalid
 * @throws RateLimitedError too many invalid keys from this address
 */
export async function limitFailedKeys<T>(
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
      await uncountRequest("failed_keys", address); // the database is unavailable, so the key may be valid
    }
    throw error;
  }
}

/** @returns whether the request was counted; false for an existing key from an address beyond its limit */
async function countUnlessListed(address: string, secret: string): Promise<boolean> {
  try {
    await countRequest("failed_keys", address);
    return true;
  } catch (error) {
    if (!(error instanceof RateLimitedError) || !(await isListedKey(secret))) throw error;
    return false;
  }
}
