import { z } from "zod";
import { API_KEY_STATUSES } from "@/lib/api-keys";
import { SCOPES } from "@/lib/auth";
import { idField, instantField, nextCursorField, orNull } from "../fields/fields";

const keyFields = {
  api_key_id: idField("apiKey", "The key's id. It is no secret."),
  prefix: z
    .string()
    .regex(/^brim_sk_\w{8}$/)
    .meta({
      description: "The beginning of the secret, by which its holder recognises it.",
      examples: ["brim_sk_4fG7hK2m"],
    }),
  name: z.string().meta({ description: "What it is for, in your words.", examples: ["Production"] }),
  customer_id: orNull(
    idField("customer", "On whose balance it acts; null for a key of the operator, which acts on all."),
  ),
  scopes: z
    .array(z.enum(SCOPES))
    .meta({ description: "What it may do. A `write` is also a `read`.", examples: [["usage:write"]] }),
  status: z.enum(API_KEY_STATUSES).meta({
    description: "Whether it is taken now. `revoked` and `expired` keys stay in the list.",
    examples: ["active"],
  }),
  created_at: instantField("When it was made."),
  last_used_at: orNull(instantField("When it was last used, to the minute; null when it never was.")),
  expires_at: orNull(instantField("When it ends; null when it does not end by itself.")),
  revoked_at: orNull(instantField("When it was revoked; null when it was not.")),
  rolled_from: orNull(idField("apiKey", "The key whose place it took.")),
  rolled_to: orNull(idField("apiKey", "The key that took its place.")),
};

const secretField = orNull(
  z
    .string()
    .regex(/^brim_sk_\w{48}$/)
    .meta({
      description:
        "The secret. It is shown here once and cannot be read again: null in the answer to a repeated request.",
      examples: ["brim_sk_4fG7hK2mExampleExampleExampleExampleExampleExam1"],
    }),
);

/** One key. */
export const apiKeyAnswer = z
  .strictObject(keyFields)
  .meta({ id: "ApiKey", description: "A key for programs, without its secret." });

/** A key that was just made. */
export const newApiKeyAnswer = z
  .strictObject({ ...keyFields, api_key: secretField })
  .meta({ id: "NewApiKey", description: "A key that was made, with its secret." });

/** A key that takes the place of another one. */
export const rolledApiKeyAnswer = z
  .strictObject({
    ...keyFields,
    api_key: secretField,
    previous_expires_at: instantField("Until when the key whose place it takes is taken beside it."),
  })
  .meta({ id: "RolledApiKey", description: "A key that takes the place of another one, with its secret." });

/** A page of keys. */
export const apiKeysAnswer = z
  .strictObject({
    api_keys: z.array(apiKeyAnswer).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "ApiKeyList", description: "A page of keys." });
