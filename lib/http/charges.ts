import { z } from "zod";
import type { Actor } from "@/lib/auth";
import type { PostedCharge, PostedRefund } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { type BatchOutcome, type ChargeInput, chargeUsage, chargeUsageBatch, refundUsage } from "@/lib/usage";
import { authorizeCustomer } from "./pipeline/authorize-customer";
import { describeError } from "./pipeline/errors";
import { reply, usageRoute } from "./route";
import { parseSpendAmount, spendAmountInput, usdInput } from "./schemas/amounts";
import { errorFields } from "./schemas/error-response";
import {
  descriptionInput,
  idempotencyKeyInput,
  metadataInput,
  optionalCustomerIdInput,
  pathId,
  requireIdempotencyKey,
} from "./schemas/request-fields";
import { exampleId, idField, positiveUsdField, timeField, usdField } from "./schemas/response-fields";

/** The balance after a charge, a refund or a captured hold. */
export const balanceAfterFields = {
  balance_usd: usdField("The balance after it.", "24.9625"),
  available_usd: usdField("The available amount after it: the balance minus holds.", "19.9625"),
};

export const chargeBody = z
  .strictObject({
    customer_id: optionalCustomerIdInput,
    amount_usd: spendAmountInput,
    idempotency_key: idempotencyKeyInput,
    description: descriptionInput,
    metadata: metadataInput,
    overdraft: z
      .literal("allow", { error: 'The only value is "allow".' })
      .optional()
      .meta({
        description:
          "Charges work that is already done, even if the balance goes below zero. Requires an operator key.",
        examples: ["allow"],
      }),
  })
  .meta({
    id: "ChargeInput",
    description: "The charge to make.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "0.0375",
        idempotency_key: "job-8731-step-2",
        description: "1,250 tokens of text",
      },
    ],
  });

const chargeFields = {
  charge_id: idField("charge", "The id of the charge. Use it to refund the charge."),
  amount_usd: positiveUsdField("The amount charged.", "0.0375"),
  ...balanceAfterFields,
  created_at: timeField("When the charge was recorded."),
};

const chargeResponse = z
  .strictObject(chargeFields)
  .meta({ id: "Charge", description: "An amount taken from a balance." });

export const createCharge = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges",
    operationId: "createCharge",
    tag: "Usage",
    summary: "Charge a balance",
    description: [
      "Charges the full amount or nothing. After a timeout, send the request again with the same `idempotency_key`: the charge is made only once, and you get the original response.",
      "If the balance is too low, the response is 402 with `topup_url`, a page where the customer can top up. Nothing was charged, and you can use the same key again after the top-up.",
    ].join("\n\n"),
    scope: "usage:write",
    body: chargeBody,
    takesIdempotencyKey: true,
    response: chargeResponse,
    errors: ["payment_required", "not_found", "conflict"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const charge = await chargeUsage(
      actor,
      parseCharge(actor, body, requireIdempotencyKey(idempotencyKey, body)),
    );
    return reply(presentCharge(charge), { isReplay: charge.isReplay });
  },
);

/** @param path the path of the charge within the body, for error messages */
function parseCharge(actor: Actor, body: z.output<typeof chargeBody>, key: string, path = ""): ChargeInput {
  return {
    customerId: authorizeCustomer(actor, body.customer_id, `${path}customer_id`),
    amount: parseSpendAmount(`${path}amount_usd`, body.amount_usd),
    idempotencyKey: key,
    description: body.description,
    metadata: body.metadata,
    allowOverdraft: body.overdraft === "allow",
  };
}

function presentCharge(charge: PostedCharge) {
  return {
    charge_id: charge.chargeId,
    amount_usd: formatUsd(charge.amount),
    balance_usd: formatUsd(charge.balanceAfter),
    available_usd: formatUsd(charge.availableAfter),
    created_at: charge.createdAt.toISOString(),
  } satisfies z.input<typeof chargeResponse>;
}

/** Enough for 1,000 charges with descriptions. */
const MAX_BATCH_BYTES = 1024 * 1024;

const batchBody = z
  .strictObject({
    charges: z
      .array(chargeBody, { error: "Send a list of charges." })
      .min(1, "Send at least one charge.")
      .max(1_000, "Send at most 1,000 charges at once.")
      .meta({ description: "The charges to make. Each needs its own `idempotency_key`." }),
  })
  .meta({
    id: "ChargeBatchInput",
    description: "Up to 1,000 charges.",
    examples: [
      {
        charges: [
          { customer_id: exampleId("customer"), amount_usd: "0.0375", idempotency_key: "job-8732-step-1" },
          { customer_id: exampleId("customer"), amount_usd: "0.0125", idempotency_key: "job-8732-step-2" },
        ],
      },
    ],
  });

const batchCharge = z
  .strictObject({
    ok: z.literal(true).meta({ description: "The item was charged." }),
    replayed: z.boolean().meta({
      description:
        "Whether an earlier request with this key made the charge. If so, nothing was charged again.",
    }),
    ...chargeFields,
  })
  .meta({ id: "BatchCharge", description: "A batch item that was charged." });

const batchError = z
  .strictObject({
    ok: z.literal(false).meta({ description: "The item was not charged." }),
    ...errorFields,
  })
  .meta({
    id: "BatchRefusal",
    description: "A batch item that was rejected, with the error that a single charge would have returned.",
  });

const batchResponse = z
  .strictObject({
    results: z.array(z.discriminatedUnion("ok", [batchCharge, batchError])).meta({
      description: "One result per item, in the order of the request.",
    }),
  })
  .meta({ id: "BatchResults", description: "The results of a batch." });

export const createChargeBatch = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges/batch",
    operationId: "createChargeBatch",
    tag: "Usage",
    summary: "Charge up to 1,000 items, each with its own result",
    description: [
      "Results are in the order of the request. The status is 200 even if some items were rejected. If any item is malformed, the whole batch is rejected and nothing is charged.",
      "After a timeout, send the same batch again: items that were already charged are marked `replayed`.",
    ].join("\n\n"),
    scope: "usage:write",
    body: batchBody,
    maxBodyBytes: MAX_BATCH_BYTES,
    response: batchResponse,
  },
  async ({ actor, body }) => presentBatch(await chargeUsageBatch(actor, parseBatch(actor, body))),
);

function parseBatch(actor: Actor, { charges }: z.output<typeof batchBody>): ChargeInput[] {
  return charges.map((item, index) => {
    const path = `charges.${index}.`;
    if (item.idempotency_key === undefined)
      throw invalidField(`${path}idempotency_key`, "Each charge needs its own idempotency key.");
    return parseCharge(actor, item, item.idempotency_key, path);
  });
}

function presentBatch(outcomes: readonly BatchOutcome[]) {
  return {
    results: outcomes.map((outcome) =>
      outcome.ok
        ? ({ ok: true, replayed: outcome.charge.isReplay, ...presentCharge(outcome.charge) } as const)
        : ({ ok: false, ...describeError(outcome.error) } as const),
    ),
  } satisfies z.input<typeof batchResponse>;
}

const refundBody = z
  .strictObject({
    customer_id: optionalCustomerIdInput,
    amount_usd: usdInput.optional().meta({
      description: "The amount to refund. Defaults to the charge's remaining amount.",
      examples: ["0.01"],
    }),
    idempotency_key: idempotencyKeyInput,
    description: descriptionInput,
    metadata: metadataInput,
  })
  .meta({
    id: "ChargeRefundInput",
    description: "How much of a charge to refund.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "0.01",
        idempotency_key: "refund-8731",
        description: "The answer was cut off",
      },
    ],
  });

const refundResponse = z
  .strictObject({
    refund_id: idField("refund", "The id of the refund."),
    charge_id: idField("charge", "The refunded charge."),
    amount_usd: positiveUsdField("The amount refunded.", "0.0375"),
    ...balanceAfterFields,
    created_at: timeField("When the refund was recorded."),
  })
  .meta({ id: "ChargeRefund", description: "An amount of a charge that was returned to the balance." });

export const refundCharge = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges/{charge_id}/refund",
    operationId: "refundCharge",
    tag: "Usage",
    summary: "Refund a charge to the balance, in part or in full",
    description:
      "Requires an operator key. A charge can be refunded several times, up to its amount; a larger refund is 409 with `refundable_usd`.",
    params: z.object({ charge_id: pathId("charge", "charge") }),
    scope: "usage:write",
    body: refundBody,
    takesIdempotencyKey: true,
    response: refundResponse,
    errors: ["conflict"],
  },
  async ({ actor, body, params, idempotencyKey }) => {
    const refund = await refundUsage(actor, {
      customerId: authorizeCustomer(actor, body.customer_id),
      chargeId: params.charge_id,
      amount: body.amount_usd === undefined ? null : parseSpendAmount("amount_usd", body.amount_usd),
      idempotencyKey: requireIdempotencyKey(idempotencyKey, body),
      description: body.description,
      metadata: body.metadata,
    });
    return reply(presentRefund(refund), { isReplay: refund.isReplay });
  },
);

function presentRefund(refund: PostedRefund) {
  return {
    refund_id: refund.refundId,
    charge_id: refund.chargeId,
    amount_usd: formatUsd(refund.amount),
    balance_usd: formatUsd(refund.balanceAfter),
    available_usd: formatUsd(refund.availableAfter),
    created_at: refund.createdAt.toISOString(),
  } satisfies z.input<typeof refundResponse>;
}
