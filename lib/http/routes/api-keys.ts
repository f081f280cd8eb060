import { z } from "zod";
import { issueApiKey, listApiKeys, readApiKey, revokeApiKey, rollApiKey } from "@/lib/api-keys";
import { apiKeyAnswer, apiKeysAnswer, newApiKeyAnswer, rolledApiKeyAnswer } from "../answers/api-key";
import { asCustomerId, customerInput } from "../fields/customer-input";
import { pathId } from "../fields/fields";
import { readInstant } from "../fields/instant";
import { listQuery, readPage } from "../lists/list-query";
import { presentApiKey, presentApiKeys, presentNewApiKey, presentRolledApiKey } from "../present/api-key";
import { operatorRoute } from "../route";
import { createApiKeyBody, revokeApiKeyBody, rollApiKeyBody } from "./api-key-bodies";

const keyPath = z.object({ api_key_id: pathId("apiKey", "API key") });

const SHOWN_ONCE =
  "The secret is in `api_key`, once. The same `Idempotency-Key` again answers with the same key and `api_key: null`: if the first answer was lost, revoke that key and make another one.";

export const createApiKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys",
    operationId: "createApiKey",
    tag: "Admin",
    summary: "Make an API key for a customer or for the operator",
    description: SHOWN_ONCE,
    body: createApiKeyBody,
    takesIdempotencyKey: true,
    answer: newApiKeyAnswer,
    refusals: ["not_found"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const now = new Date();
    const issued = await issueApiKey(
      actor,
      {
        customerId: body.customer_id === null ? null : asCustomerId(body.customer_id),
        name: body.name,
        scopes: body.scopes ?? "all",
        expiresAt: readInstant("expires_at", body.expires_at),
      },
      { idempotencyKey, now },
    );
    return { body: presentNewApiKey(issued, now), isReplay: issued.isReplay };
  },
);

const keysQuery = z.strictObject({
  customer_id: customerInput.optional().meta({ description: "Only the keys of this customer." }),
  ...listQuery,
});

const KEYS = { list: "api-keys", owner: "operator" };

export const getApiKeys = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/api-keys",
    operationId: "listApiKeys",
    tag: "Admin",
    summary: "List API keys, newest first",
    description:
      "Those of all customers and of the operator, also keys that were revoked or have expired. Never a secret.",
    query: keysQuery,
    answer: apiKeysAnswer,
  },
  async ({ query }) => {
    const { limit, position } = readPage(KEYS, query);
    const page = await listApiKeys({
      limit,
      before: position ?? undefined,
      customerId: query.customer_id === undefined ? undefined : asCustomerId(query.customer_id),
    });
    return { body: presentApiKeys(KEYS, page, new Date()) };
  },
);

export const getApiKey = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/api-keys/{api_key_id}",
    operationId: "getApiKey",
    tag: "Admin",
    summary: "Look up an API key",
    description: "Everything that is known of it but its secret, which is not stored.",
    params: keyPath,
    answer: apiKeyAnswer,
  },
  async ({ params }) => ({ body: presentApiKey(await readApiKey(params.api_key_id ?? ""), new Date()) }),
);

export const revokeKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys/{api_key_id}/revoke",
    operationId: "revokeApiKey",
    tag: "Admin",
    summary: "End an API key at once",
    description:
      "Once this has answered, no process takes the key any more. A second time changes nothing. The last usable key with the scope `admin` is only ended with `force: true`.",
    params: keyPath,
    body: revokeApiKeyBody,
    mayOmitBody: true,
    answer: apiKeyAnswer,
    refusals: ["conflict"],
  },
  async ({ actor, params, body }) => {
    const now = new Date();
    const revoked = await revokeApiKey(params.api_key_id ?? "", now, { by: actor, ...body });
    return { body: presentApiKey(revoked, now) };
  },
);

export const rollKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys/{api_key_id}/roll",
    operationId: "rollApiKey",
    tag: "Admin",
    summary: "Replace an API key by a new one",
    description: `The new key has the same customer, name and scopes; the old one stays valid for a time of grace, so that programs can be changed over. A key is rolled once.\n\n${SHOWN_ONCE}`,
    params: keyPath,
    body: rollApiKeyBody,
    mayOmitBody: true,
    takesIdempotencyKey: true,
    answer: rolledApiKeyAnswer,
    refusals: ["conflict"],
  },
  async ({ actor, params, body, idempotencyKey }) => {
    const now = new Date();
    const rolled = await rollApiKey(
      actor,
      {
        apiKeyId: params.api_key_id ?? "",
        graceSeconds: body.grace_seconds,
        expiresAt: readInstant("expires_at", body.expires_at),
      },
      { idempotencyKey, now },
    );
    return { body: presentRolledApiKey(rolled, now), isReplay: rolled.isReplay };
  },
);
