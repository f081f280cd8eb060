import { z } from "zod";
import * as apiKeys from "@/lib/api-keys";
import { keyFields, keyPath, presentNewApiKey, SHOWN_ONCE, secretField } from "./api-keys";
import { operatorRoute, reply } from "./route";
import { parseTime, timeInput } from "./schemas/request-fields";
import { timeField } from "./schemas/response-fields";

const rolledApiKeyResponse = z
  .strictObject({
    ...keyFields,
    api_key: secretField,
    previous_expires_at: timeField("When the replaced key stops working."),
  })
  .meta({
    id: "RolledApiKey",
    description: "The API key that replaces another, including its secret. The secret is shown only once.",
  });

function presentRolledApiKey(rolled: apiKeys.RolledApiKey, now: Date) {
  return {
    ...presentNewApiKey(rolled, now),
    previous_expires_at: (rolled.previous.expiresAt ?? now).toISOString(),
  } satisfies z.input<typeof rolledApiKeyResponse>;
}

const rollApiKeyBody = z
  .strictObject({
    grace_seconds: z
      .int({ error: `Use whole seconds from 0 to ${apiKeys.MAX_GRACE_SECONDS}.` })
      .min(0, "The grace period must not be negative.")
      .max(apiKeys.MAX_GRACE_SECONDS, `The grace period may be at most ${apiKeys.MAX_GRACE_SECONDS} seconds.`)
      .default(apiKeys.DEFAULT_GRACE_SECONDS)
      .meta({
        description: "How long the old key keeps working. With 0, it stops working before this call returns.",
        examples: [3_600],
      }),
    expires_at: timeInput.optional().meta({
      description: "When the new key expires. By default it gets the same lifetime as the old one.",
      examples: ["2027-11-22T00:00:00Z"],
    }),
  })
  .meta({ id: "RollApiKeyInput", description: "How to roll the key.", examples: [{ grace_seconds: 3_600 }] });

export const rollApiKey = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/api-keys/{api_key_id}/roll",
    operationId: "rollApiKey",
    tag: "Admin",
    summary: "Replace an API key with a new one",
    description: `The new key has the same customer, name and scopes. The old key keeps working for a grace period, so that you can switch your programs over. A key can be rolled once.\n\n${SHOWN_ONCE}`,
    params: keyPath,
    body: rollApiKeyBody,
    mayOmitBody: true,
    takesIdempotencyKey: true,
    response: rolledApiKeyResponse,
    errors: ["conflict"],
  },
  async ({ actor, params, body, idempotencyKey }) => {
    const now = new Date();
    const rolled = await apiKeys.rollApiKey(
      actor,
      {
        apiKeyId: params.api_key_id,
        graceSeconds: body.grace_seconds,
        expiresAt: parseTime("expires_at", body.expires_at),
      },
      { idempotencyKey, now },
    );
    return reply(presentRolledApiKey(rolled, now), { isReplay: rolled.isReplay });
  },
);
