import type { z } from "zod";
import { type ApiKey, apiKeyStatus, type IssuedApiKey, type RolledApiKey } from "@/lib/api-keys";
import type { Page } from "@/lib/platform/paging";
import type { apiKeyAnswer, apiKeysAnswer, newApiKeyAnswer, rolledApiKeyAnswer } from "../answers/api-key";
import { type CursorOf, writeCursor } from "../lists/cursor";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentApiKey(key: ApiKey, now: Date) {
  return {
    api_key_id: key.apiKeyId,
    prefix: key.prefix,
    name: key.name,
    customer_id: key.customerId,
    scopes: key.scopes,
    status: apiKeyStatus(key, now),
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    rolled_from: key.rolledFrom,
    rolled_to: key.rolledTo,
  } satisfies z.input<typeof apiKeyAnswer>;
}

export function presentApiKeys(of: CursorOf, page: Page<ApiKey>, now: Date) {
  return {
    api_keys: page.items.map((key) => presentApiKey(key, now)),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof apiKeysAnswer>;
}

/** The only place where a secret is written out. */
export function presentNewApiKey({ apiKey, secret }: IssuedApiKey, now: Date) {
  return { ...presentApiKey(apiKey, now), api_key: secret } satisfies z.input<typeof newApiKeyAnswer>;
}

export function presentRolledApiKey(rolled: RolledApiKey, now: Date) {
  return {
    ...presentNewApiKey(rolled, now),
    previous_expires_at: (rolled.previous.expiresAt ?? now).toISOString(),
  } satisfies z.input<typeof rolledApiKeyAnswer>;
}
