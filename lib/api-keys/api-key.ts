import type { Scope } from "@/lib/auth";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type ApiKeyId, type CustomerId, isId } from "@/lib/platform/ids";

/** An API key without its secret, which is not stored. */
export interface ApiKey {
  apiKeyId: ApiKeyId;
  /** Null for an operator's key. */
  customerId: CustomerId | null;
  name: string;
  /** The beginning of the secret, so that its holder can recognize it. */
  prefix: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** The key that this one replaced, and the one that replaced it. */
  rolledFrom: ApiKeyId | null;
  rolledTo: ApiKeyId | null;
}

export const API_KEY_STATUSES = ["active", "expired", "revoked"] as const;
export type ApiKeyStatus = (typeof API_KEY_STATUSES)[number];

/** Returns the status of a key. A key that was revoked after it expired is revoked. */
export function apiKeyStatus(key: Pick<ApiKey, "expiresAt" | "revokedAt">, now: Date): ApiKeyStatus {
  if (key.revokedAt) return "revoked";
  return key.expiresAt && key.expiresAt <= now ? "expired" : "active";
}

/** One page of keys, newest first. */
export interface ApiKeyPage {
  apiKeys: ApiKey[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: string | null;
}

const SHOWN = { omit: { secretHash: true }, include: { rolledTo: { select: { apiKeyId: true } } } } as const;

/** Lists the keys of the operator and all customers, or of one customer. */
export async function listApiKeys(options: {
  customerId?: CustomerId | undefined;
  before?: string | undefined;
  limit: number;
}): Promise<ApiKeyPage> {
  const rows = await prisma().apiKey.findMany({
    where: {
      ...(options.customerId !== undefined && { customerId: options.customerId }),
      ...(options.before !== undefined && { apiKeyId: { lt: options.before } }),
    },
    orderBy: { apiKeyId: "desc" }, // an id begins with the time of its making
    take: options.limit + 1, // one more tells whether there is a next page
    ...SHOWN,
  });
  const apiKeys = rows.slice(0, options.limit).map(shown);
  return { apiKeys, nextBefore: rows.length > options.limit ? (apiKeys.at(-1)?.apiKeyId ?? null) : null };
}

/**
 * Reads one key.
 *
 * @throws NotFoundError the key does not exist
 */
export async function readApiKey(apiKeyId: string, db: Tx = prisma()): Promise<ApiKey> {
  const row = isId("apiKey", apiKeyId) ? await db.apiKey.findUnique({ where: { apiKeyId }, ...SHOWN }) : null;
  if (!row) throw new NotFoundError("API key");
  return shown(row);
}

function shown(row: Prisma.ApiKeyGetPayload<typeof SHOWN>): ApiKey {
  const { rolledFromId, rolledTo, ...facts } = row;
  return {
    ...facts,
    apiKeyId: row.apiKeyId as ApiKeyId,
    customerId: row.customerId as CustomerId | null,
    scopes: row.scopes as Scope[],
    rolledFrom: rolledFromId as ApiKeyId | null,
    rolledTo: (rolledTo?.apiKeyId ?? null) as ApiKeyId | null,
  };
}
