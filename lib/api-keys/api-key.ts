import type { Scope } from "@/lib/auth";
import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { NotFoundError } from "@/lib/platform/errors";
import { type ApiKeyId, type CustomerId, isId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";

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

const SHOWN = { omit: { secretHash: true }, include: { rolledTo: { select: { apiKeyId: true } } } } as const;

/** Lists keys of all customers and of the operator, or of one customer. */
export function listApiKeys({
  customerId,
  ...request
}: PageRequest & { customerId?: CustomerId | undefined }): Promise<Page<ApiKey>> {
  return readPage(
    request,
    async (take, before) => {
      const rows = await prisma().apiKey.findMany({
        where: {
          ...(customerId !== undefined && { customerId }),
          ...(before !== undefined && { apiKeyId: { lt: before } }),
        },
        orderBy: { apiKeyId: "desc" }, // ids sort by creation time
        take,
        ...SHOWN,
      });
      return rows.map(shown);
    },
    ({ apiKeyId }) => apiKeyId,
  );
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
