import { z } from "zod";
import * as apiKeys from "@/lib/api-keys";
import { SCOPES } from "@/lib/auth";
import type { Page } from "@/lib/platform/paging";
import { operatorRoute, reply } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { customerIdInput, parseTime, pathId, timeInput } from "./schemas/request-fields";
import { exampleId, idField, orNull, timeField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";

export const keyFields = {
  api_key_id: idField("apiKey", "The id of the API key. It is not secret."),
  prefix: z
    .string()
    .regex(/^brim_sk_\w{8}$/)
    .meta({
      description: "The first characters of the secret, to help identify it.",
      examples: ["brim_sk_4fG7hK2m"],
    }),
  name: z.string().meta({ description: "A name that you chose.", examples: ["Production"] }),
  customer_id: orNull(idField("customer", "The key's customer. Null for an operator key.")),
  scopes: z
    .array(z.enum(SCOPES))
    .meta({ description: "The key's scopes. A `write` scope includes `read`.", examples: [["usage:write"]] }),
  status: z.enum(apiKeys.API_KEY_STATUSES).meta({
    description: "Whether the key is accepted. `revoked` and `expired` keys remain in the list.",
    examples: ["active"],
  }),
  created_at: timeField("When the key was created."),
  last_used_at: orNull(timeField("When the key was last used, to the minute. Null if it was never used.")),
  expires_at: orNull(timeField("When the key expires. Null if it does not.")),
  revoked_at: orNull(timeField("When the key was revoked. Null if it was not.")),
  rolled_from: orNull(idField("apiKey", "The key that this one replaced.")),
  rolled_to: orNull(idField("apiKey", "The key that replaced this one.")),
};

export const secretField = orNull(
  z
    .string()
    .regex(/^brim_sk_\w{48}$/)
    .meta({
      description: "The secret. It is shown only once: null in the response to a repeated request.",
      examples: ["brim_sk_4fG7hK2mExampleExampleExampleExampleExampleExam1"],
    }),
);

const apiKeyResponse = z
  .strictObject(keyFields)
  .meta({ id: "ApiKey", description: "An API key, without its secret." });

const newApiKeyResponse = z.strictObject({ ...keyFields, api_key: secretField }).meta({
  id: "NewApiKey",
  description: "The new API key, including its secret. The secret is shown only once.",
});

const apiKeyListResponse = z
  .strictObject({
    api_keys: z.array(apiKeyResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "ApiKeyList", description: "A page of API keys." });

function presentApiKey(key: apiKeys.ApiKey, now: Date) {
  return {
    api_key_id: key.apiKeyId,
    prefix: key.prefix,
    name: key.name,
    customer_id: key.customerId,
    scopes: key.scopes,
    status: apiKeys.apiKeyStatus(key, now),
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    rolled_from: key.rolledFrom,
    rolled_to: key.rolledTo,
  } satisfies z.input<typeof apiKeyResponse>;
}

/** Presents a new key. Nothing else puts a secret into a response. */
export function presentNewApiKey({ apiKey, secret }: apiKeys.IssuedApiKey, now: Date) {
  return { ...presentApiKey(apiKey, now), api_key: secret } satisfies z.input<typeof newApiKeyResponse>;
}

export const SHOWN_ONCE =
  "The secret is in `api_key` and is shown only once. Repeating the request with the same `Idempotency-Key` returns the same key with `api_key: null`. If you lost the first response, revoke that key and create another.";

const createApiKeyBody = z
  .strictObject({
    customer_id: z
      .union([customerIdInput, z.null()], {
        error: (issue) =>
          typeof issue.input === "string"
            ? "This is not a customer id (cust_…)."
            : "Send a customer id, or null for an operator key.",
      })
      .meta({
        description: "The customer that the key acts for. Null creates an operator key.",
        examples: [exampleId("customer")],
      }),
    name: plainText("The name", 100).meta({
      description: "A name to recognize the key by.",
      examples: ["Production"],
    }),
    scopes: z
      .array(z.enum(SCOPES, { error: `Use one of these: ${SCOPES.join(", ")}.` }), {
        error: "Send a list of scopes.",
      })
      .min(1, "Send at least one scope.")
      .max(SCOPES.length, `There are only ${SCOPES.length} scopes.`)
      .optional()
      .meta({
        description:
          "The key's scopes. A customer key can have `billing:read`, `billing:write`, `usage:read` and `usage:write`; an operator key `usage:read`, `usage:write` and `admin`. Defaults to all of them.",
        examples: [["usage:write"]],
      }),
    expires_at: timeInput.optional().meta({
      description: "When the key expires. By default it does not.",
      examples: ["2027-11-22T00:00:00Z"],
    }),
  })
  .meta({
    id: "ApiKeyInput",
    description: "The API key to create.",
    examples: [{ customer_id: exampleId("customer"), name: "Production", scopes: ["usage:write"] }],
  });

export const createApiKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys",
    operationId: "createApiKey",
    tag: "Admin",
    summary: "Create an API key",
    description: `Creates a key for a customer or for the operator.\n\n${SHOWN_ONCE}`,
    body: createApiKeyBody,
    takesIdempotencyKey: true,
    response: newApiKeyResponse,
    errors: ["not_found"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const now = new Date();
    const issued = await apiKeys.issueApiKey(
      actor,
      {
        customerId: body.customer_id,
        name: body.name,
        scopes: body.scopes ?? "all",
        expiresAt: parseTime("expires_at", body.expires_at),
      },
      { idempotencyKey, now },
    );
    return reply(presentNewApiKey(issued, now), { isReplay: issued.isReplay });
  },
);

const LIST = { list: "api-keys", owner: "operator" };

export const listApiKeys = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/api-keys",
    operationId: "listApiKeys",
    tag: "Admin",
    summary: "List API keys, newest first",
    description:
      "Lists the keys of all customers and of the operator, including revoked and expired keys. Secrets are never returned.",
    query: z.strictObject({
      customer_id: customerIdInput.optional().meta({ description: "Return only this customer's keys." }),
      ...listQuery,
    }),
    response: apiKeyListResponse,
  },
  async ({ query }) => {
    const page = await apiKeys.listApiKeys({
      ...readPageRequest(LIST, query),
      customerId: query.customer_id,
    });
    return presentApiKeys(page, new Date());
  },
);

function presentApiKeys(page: Page<apiKeys.ApiKey>, now: Date) {
  return {
    api_keys: page.items.map((key) => presentApiKey(key, now)),
    next_cursor: nextCursor(LIST, page),
  } satisfies z.input<typeof apiKeyListResponse>;
}

export const keyPath = z.object({ api_key_id: pathId("apiKey", "API key") });

export const getApiKey = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/api-keys/{api_key_id}",
    operationId: "getApiKey",
    tag: "Admin",
    summary: "Get an API key",
    description: "Returns everything about the key except its secret, which is not stored.",
    params: keyPath,
    response: apiKeyResponse,
  },
  async ({ params }) => presentApiKey(await apiKeys.readApiKey(params.api_key_id), new Date()),
);

const revokeApiKeyBody = z
  .strictObject({
    force: z
      .boolean({ error: "Use true or false." })
      .default(false)
      .meta({
        description: "Revokes the key even if it is the last active one with the scope `admin`.",
        examples: [false],
      }),
    reason: plainText("The reason", 500)
      .optional()
      .meta({ description: "The reason, for your own records.", examples: ["Found in a public repository"] }),
  })
  .meta({ id: "RevokeApiKeyInput", description: "How to revoke the key.", examples: [{}] });

export const revokeApiKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys/{api_key_id}/revoke",
    operationId: "revokeApiKey",
    tag: "Admin",
    summary: "Revoke an API key",
    description:
      "The key stops working in every process before this call returns. Revoking a key again has no effect. The last active key with the scope `admin` is revoked only with `force: true`.",
    params: keyPath,
    body: revokeApiKeyBody,
    mayOmitBody: true,
    response: apiKeyResponse,
    errors: ["conflict"],
  },
  async ({ actor, params, body }) => {
    const now = new Date();
    return presentApiKey(await apiKeys.revokeApiKey(params.api_key_id, now, { by: actor, ...body }), now);
  },
);
