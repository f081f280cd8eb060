import { z } from "zod";
import { SCOPES } from "@/lib/auth";
import { UNAVAILABLE_REASONS } from "@/lib/platform/errors";
import { exampleId, idField, positiveUsdField, usdField } from "../fields/fields";
import { PUBLIC_CODES, type PublicCode } from "../pipeline/errors";

const issuesDetails = z
  .strictObject({
    issues: z
      .array(
        z.strictObject({
          path: z.string().meta({
            description:
              "The field, as in `amount_usd` or `charges.3.amount_usd`; empty for the body as a whole.",
            examples: ["amount_usd"],
          }),
          message: z
            .string()
            .meta({ description: "What is wrong with it.", examples: ["The amount is required."] }),
        }),
      )
      .meta({ description: "Each thing that is wrong." }),
  })
  .meta({ id: "InvalidRequestDetails", description: "Which fields are wrong, and how." });

const paymentDetails = z
  .strictObject({
    available_usd: usdField("What can be spent.", "0.0125"),
    required_usd: positiveUsdField("What the request needs.", "0.0375"),
    topup_url: z.url().meta({
      description: "The page where the customer can top up.",
      examples: [`https://billing.example.com/billing?customer=${exampleId("customer")}`],
    }),
  })
  .meta({ id: "PaymentRequiredDetails", description: "How much is missing, and where it can be topped up." });

const scopeDetails = z
  .strictObject({
    required_scope: z
      .enum(SCOPES)
      .meta({ description: "The scope that the key lacks.", examples: ["usage:write"] }),
  })
  .meta({ id: "MissingScopeDetails", description: "The scope that is missing." });

const reasonDetails = z
  .strictObject({
    reason: z.string().meta({
      description: "Why not, for programs, as in `operator_only`, `account_frozen` or `stripe_setup`.",
      examples: ["operator_only"],
    }),
    path: z
      .string()
      .optional()
      .meta({
        description: "The field that asks for it, where one does, as in `charges.3.overdraft`.",
        examples: ["overdraft"],
      }),
    topup_intent_id: idField("topUp", "The top-up of the idempotency key, where it has ended.").optional(),
  })
  .meta({ id: "ReasonDetails", description: "Why this cannot be done." });

const unavailableDetails = z
  .strictObject({
    reason: z.enum(UNAVAILABLE_REASONS).meta({
      description:
        "What does not answer. A request that moves money may have been executed all the same: send it again with the same " +
        "idempotency key.",
      examples: ["busy"],
    }),
  })
  .meta({ id: "ServiceUnavailableDetails", description: "Why this cannot be done now." });

const refundableDetails = z
  .strictObject({ refundable_usd: positiveUsdField("What is left of the charge.", "0.01") })
  .meta({ id: "RefundTooLargeDetails", description: "How much could still be given back." });

/** What an error says beyond its sentence, by its code. Codes that are not here have no details. */
export const REFUSAL_DETAILS: Partial<Record<PublicCode, z.ZodType[]>> = {
  INVALID_REQUEST: [issuesDetails],
  PAYMENT_REQUIRED: [paymentDetails],
  FORBIDDEN: [scopeDetails, reasonDetails],
  CONFLICT: [reasonDetails, refundableDetails],
  SERVICE_UNAVAILABLE: [unavailableDetails],
};

const [firstDetails, ...moreDetails] = Object.values(REFUSAL_DETAILS)
  .flat()
  .filter((one, index, all) => all.indexOf(one) === index);

/** An error without its request: also an item of a batch tells it like this. */
export const refusalFields = {
  error: z.enum(PUBLIC_CODES).meta({
    description: "What went wrong, for programs. Codes never change their meaning.",
    examples: ["INVALID_REQUEST"],
  }),
  message: z.string().meta({
    description: "What went wrong, for people.",
    examples: ["amount_usd: The amount is required."],
  }),
  statusCode: z
    .int()
    .min(400)
    .max(599)
    .meta({ description: "The status of the answer.", examples: [400] }),
  details: z
    .union([firstDetails, ...moreDetails] as [z.ZodType, ...z.ZodType[]])
    .optional()
    .meta({ description: "More for programs; its form depends on `error`." }),
};

/** The body of every answer that is not a success. */
export const refusalAnswer = z
  .strictObject({
    ...refusalFields,
    request_id: z
      .string()
      .regex(/^req_[0-9a-hjkmnp-tv-z]{26}$/)
      .meta({ description: "Name it when you ask us: it finds the log.", examples: [exampleId("request")] }),
  })
  .meta({ id: "Error", description: "What every answer says that is not a success." });
