import { z } from "zod";
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from "@/lib/api-keys";
import { SCOPES } from "@/lib/auth";
import { customerInput } from "../fields/customer-input";
import { exampleId } from "../fields/fields";
import { instantInput } from "../fields/instant";
import { plainText } from "../fields/plain-text";

const CUSTOMER_WORDS = "Name the customer, or send null for a key of the operator.";

/** A key to be made. */
export const createApiKeyBody = z
  .strictObject({
    customer_id: z
      .union([customerInput, z.null()], {
        error: (issue) =>
          typeof issue.input === "string" ? "This is not the id of a customer (cust_…)." : CUSTOMER_WORDS,
      })
      .meta({
        description: "On whose balance it acts. Null makes a key of the operator, which acts on all.",
        examples: [exampleId("customer")],
      }),
    name: plainText("The name", 100).meta({
      description: "What it is for, in your words.",
      examples: ["Production"],
    }),
    scopes: z
      .array(z.enum(SCOPES, { error: `Use one of these: ${SCOPES.join(", ")}.` }), {
        error: "Send a list of scopes.",
      })
      .min(1, "Name at least one scope.")
      .max(SCOPES.length, `There are only ${SCOPES.length} scopes.`)
      .optional()
      .meta({
        description:
          "What it may do: for a customer `billing:read`, `billing:write`, `usage:read`, `usage:write`; for the operator `usage:read`, `usage:write`, `admin`. All of its kind when left out.",
        examples: [["usage:write"]],
      }),
    expires_at: instantInput.optional().meta({
      description: "When it ends. Left out, it does not end by itself.",
      examples: ["2027-11-22T00:00:00Z"],
    }),
  })
  .meta({
    id: "ApiKeyInput",
    description: "The key to make.",
    examples: [{ customer_id: exampleId("customer"), name: "Production", scopes: ["usage:write"] }],
  });

/** A key to be replaced. */
export const rollApiKeyBody = z
  .strictObject({
    grace_seconds: z
      .int({ error: `Use whole seconds from 0 to ${MAX_GRACE_SECONDS}.` })
      .min(0, "A time of grace is not negative.")
      .max(MAX_GRACE_SECONDS, `The old key stays valid for at most ${MAX_GRACE_SECONDS} seconds.`)
      .default(DEFAULT_GRACE_SECONDS)
      .meta({
        description:
          "How long the old key stays valid. With 0 nothing takes it any more once this has answered.",
        examples: [3_600],
      }),
    expires_at: instantInput.optional().meta({
      description: "When the new key ends. Left out, it lives as long as the old one was made for.",
      examples: ["2027-11-22T00:00:00Z"],
    }),
  })
  .meta({ id: "RollApiKeyInput", description: "How to roll.", examples: [{ grace_seconds: 3_600 }] });

/** A key to be ended. */
export const revokeApiKeyBody = z
  .strictObject({
    force: z
      .boolean({ error: "Use true or false." })
      .default(false)
      .meta({
        description: "Also when it is the last usable key with the scope `admin`.",
        examples: [false],
      }),
    reason: plainText("The reason", 500)
      .optional()
      .meta({ description: "Why, for your own records.", examples: ["Found in a public repository"] }),
  })
  .meta({ id: "RevokeApiKeyInput", description: "How to revoke.", examples: [{}] });
