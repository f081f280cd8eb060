import { z } from "zod";
import { SCOPES } from "@/lib/auth";
import { UNAVAILABLE_REASONS } from "@/lib/platform/errors";
import { NOT_REFUNDABLE_REASONS } from "@/lib/refunds";
import { PUBLIC_CODES, type PublicCode } from "../pipeline/errors";
import { exampleId, idField, positiveUsdField, usdField } from "./response-fields";

const issuesDetails = z
  .strictObject({
    issues: z
      .array(
        z.strictObject({
          path: z.string().meta({
            description:
              "The field, such as `amount_usd` or `charges.3.amount_usd`. Empty for the body as a whole.",
            examples: ["amount_usd"],
          }),
          message: z
            .string()
            .meta({ description: "What is wrong with the field.", examples: ["The amount is required."] }),
        }),
      )
      .meta({ description: "One entry per problem." }),
  })
  .meta({ id: "InvalidRequestDetails", description: "The fields that are invalid, and why." });

const paymentDetails = z
  .strictObject({
    available_usd: usdField("The amount available.", "0.0125"),
    required_usd: positiveUsdField("The amount that the request needs.", "0.0375"),
    topup_url: z.url().meta({
      description: "The page where the customer can top up.",
      examples: [`https://billing.example.com/billing?customer=${exampleId("customer")}`],
    }),
  })
  .meta({
    id: "PaymentRequiredDetails",
    description: "How much is missing, and where the customer can top up.",
  });

const scopeDetails = z
  .strictObject({
    required_scope: z
      .enum(SCOPES)
      .meta({ description: "The scope that the key is missing.", examples: ["usage:write"] }),
  })
  .meta({ id: "MissingScopeDetails", description: "The missing scope." });

const reasonDetails = z
  .strictObject({
    reason: z.string().meta({
      description: "A machine-readable reason, such as `operator_only` or `account_frozen`.",
      examples: ["operator_only"],
    }),
    path: z
      .string()
      .optional()
      .meta({
        description: "The field that caused the error, if there is one, such as `charges.3.overdraft`.",
        examples: ["overdraft"],
      }),
    support_url: z
      .string()
      .optional()
      .meta({
        description:
          "Where customers reach the operator, with `account_frozen` and `account_closed`, if it is set.",
        examples: ["https://example.com/support"],
      }),
    topup_intent_id: idField(
      "topUp",
      "The top-up of the idempotency key, if that top-up has ended.",
    ).optional(),
  })
  .meta({ id: "ReasonDetails", description: "Why the request was rejected." });

const unavailableDetails = z
  .strictObject({
    reason: z.enum(UNAVAILABLE_REASONS).meta({
      description:
        "What is unavailable. A request that moves money may still have taken effect: send it again with the same " +
        "idempotency key.",
      examples: ["busy"],
    }),
  })
  .meta({ id: "ServiceUnavailableDetails", description: "Why the request cannot be served right now." });

const refundableDetails = z
  .strictObject({ refundable_usd: positiveUsdField("The remaining amount of the charge.", "0.01") })
  .meta({ id: "RefundTooLargeDetails", description: "How much of the charge can still be refunded." });

const notRefundableDetails = z
  .strictObject({
    reason: z.enum(NOT_REFUNDABLE_REASONS).meta({
      description: "Why the top-up cannot be refunded.",
      examples: ["amount_too_large"],
    }),
    refundable_usd: positiveUsdField("The remaining amount of the payment, including tax.", "20.00"),
  })
  .meta({
    id: "TopUpNotRefundableDetails",
    description: "Why a top-up cannot be refunded, and how much of it can.",
  });

/** The `details` of an error, by its code. Codes that are not listed have none. */
export const ERROR_DETAILS: Partial<Record<PublicCode, z.ZodType[]>> = {
  INVALID_REQUEST: [issuesDetails],
  PAYMENT_REQUIRED: [paymentDetails],
  FORBIDDEN: [scopeDetails, reasonDetails],
  CONFLICT: [reasonDetails, refundableDetails, notRefundableDetails],
  SERVICE_UNAVAILABLE: [unavailableDetails],
};

const [firstDetails, ...moreDetails] = Object.values(ERROR_DETAILS)
  .flat()
  .filter((one, index, all) => all.indexOf(one) === index);

/** The fields of an error that a batch item has too. */
export const errorFields = {
  error: z.enum(PUBLIC_CODES).meta({
    description: "A machine-readable code. Codes never change their meaning.",
    examples: ["INVALID_REQUEST"],
  }),
  message: z.string().meta({
    description: "A human-readable explanation.",
    examples: ["amount_usd: The amount is required."],
  }),
  statusCode: z
    .int()
    .min(400)
    .max(599)
    .meta({ description: "The HTTP status of the response.", examples: [400] }),
  details: z
    .union([firstDetails, ...moreDetails] as [z.ZodType, ...z.ZodType[]])
    .optional()
    .meta({ description: "Additional machine-readable information. Its shape depends on `error`." }),
};

/** The body of every error response. */
export const errorResponse = z
  .strictObject({
    ...errorFields,
    request_id: z
      .string()
      .regex(/^req_[0-9a-hjkmnp-tv-z]{26}$/)
      .meta({ description: "Include it when you contact support.", examples: [exampleId("request")] }),
  })
  .meta({ id: "Error", description: "The body of every error response." });
