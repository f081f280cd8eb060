import { z } from "zod";
import * as adjustments from "@/lib/adjustments";
import type { PostedAdjustment } from "@/lib/ledger";
import { formatUsd, type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import type { Page } from "@/lib/platform/paging";
import { operatorRoute, reply } from "./route";
import { MAX_AMOUNT, NANO_DECIMALS, parseAmount, signedUsdInput } from "./schemas/amounts";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { customerIdInput, idempotencyKeyInput, requireIdempotencyKey } from "./schemas/request-fields";
import { exampleId, idField, orNull, timeField, usdField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";

const adjustmentBody = z
  .strictObject({
    customer_id: customerIdInput.meta({
      description: "The customer whose balance to adjust.",
      examples: [exampleId("customer")],
    }),
    amount_usd: signedUsdInput.meta({
      description:
        "The amount to add to the balance, or to subtract if negative. Not zero, at most 1000000.00 either way, with up to 9 decimals.",
      examples: ["-1.50"],
    }),
    reason: plainText("The reason", 500).meta({
      description: "The reason. The customer sees it in their activity.",
      examples: ["Charged twice on 3 November"],
    }),
    idempotency_key: idempotencyKeyInput,
    overdraft: z
      .literal("allow", { error: 'The only value is "allow".' })
      .optional()
      .meta({ description: "Allows the balance to go below zero." }),
  })
  .meta({
    id: "AdjustmentInput",
    description: "The adjustment to make.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "-1.50",
        reason: "Charged twice on 3 November",
        idempotency_key: "ticket-4711",
      },
    ],
  });

const adjustmentFields = {
  adjustment_id: idField(
    "transfer",
    "The id of the adjustment. It is the `record_id` in the customer's records.",
  ),
  customer_id: idField("customer", "The customer whose balance was adjusted."),
  amount_usd: usdField("The amount added to the balance, or subtracted if negative.", "-1.50"),
  reason: z.string().meta({
    description: "The reason. The customer sees it in their activity.",
    examples: ["Charged twice on 3 November"],
  }),
  created_at: timeField("When the adjustment was recorded."),
};

const adjustmentResponse = z
  .strictObject({
    ...adjustmentFields,
    balance_usd: usdField("The balance after the adjustment.", "24.9625"),
    available_usd: usdField("The available amount after the adjustment: the balance minus holds.", "19.9625"),
  })
  .meta({ id: "Adjustment", description: "A manual correction of a balance." });

const listedAdjustment = z
  .strictObject({
    ...adjustmentFields,
    balance_after_usd: usdField("The balance after the adjustment.", "24.9625"),
    api_key_id: orNull(idField("apiKey", "The API key that made the adjustment.")),
  })
  .meta({
    id: "ListedAdjustment",
    description: "A manual correction of a balance, and the API key that made it.",
  });

const adjustmentListResponse = z
  .strictObject({
    adjustments: z.array(listedAdjustment).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "AdjustmentList", description: "A page of adjustments." });

export const createAdjustment = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/adjustments",
    operationId: "createAdjustment",
    tag: "Admin",
    summary: "Adjust a balance",
    description:
      "Raises or lowers a balance without a payment, even if the account is frozen. Fails if it would take more than is available, unless `overdraft` is `allow`. To return a charge, refund the charge instead.",
    body: adjustmentBody,
    takesIdempotencyKey: true,
    response: adjustmentResponse,
    errors: ["payment_required", "not_found", "conflict"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const adjustment = {
      customerId: body.customer_id,
      amount: parseAdjustmentAmount(body.amount_usd),
      reason: body.reason,
      idempotencyKey: requireIdempotencyKey(idempotencyKey, body),
      allowOverdraft: body.overdraft === "allow",
    };
    const posted = await adjustments.adjustBalance(actor, adjustment);
    return reply(presentAdjustment(adjustment, posted), { isReplay: posted.isReplay });
  },
);

function parseAdjustmentAmount(input: string | number): Nanos {
  const amount = parseAmount("amount_usd", input, NANO_DECIMALS, { signed: true });
  if (amount === ZERO) throw invalidField("amount_usd", "The amount must not be zero.");
  if (amount > MAX_AMOUNT || amount < -MAX_AMOUNT) {
    throw invalidField("amount_usd", "The amount may be at most 1000000.00 US dollars either way.");
  }
  return amount;
}

function presentAdjustment(input: { customerId: string; reason: string }, posted: PostedAdjustment) {
  return {
    adjustment_id: posted.transferId,
    customer_id: input.customerId,
    amount_usd: formatUsd(posted.amount),
    balance_usd: formatUsd(posted.balanceAfter),
    available_usd: formatUsd(posted.availableAfter),
    reason: input.reason,
    created_at: posted.createdAt.toISOString(),
  } satisfies z.input<typeof adjustmentResponse>;
}

const LIST = { list: "adjustments", owner: "operator" };

export const listAdjustments = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/adjustments",
    operationId: "listAdjustments",
    tag: "Admin",
    summary: "List adjustments, newest first",
    description:
      "Lists the adjustments of all customers, or of one, with the API key that made each of them.",
    query: z.strictObject({
      customer_id: customerIdInput
        .optional()
        .meta({ description: "Return only this customer's adjustments." }),
      ...listQuery,
    }),
    response: adjustmentListResponse,
  },
  async ({ query }) =>
    presentAdjustments(
      await adjustments.listAdjustments({
        ...readPageRequest(LIST, query),
        customerId: query.customer_id,
      }),
    ),
);

function presentAdjustments(page: Page<adjustments.Adjustment>) {
  return {
    adjustments: page.items.map((adjustment) => ({
      adjustment_id: adjustment.transferId,
      customer_id: adjustment.customerId,
      amount_usd: formatUsd(adjustment.amount),
      balance_after_usd: formatUsd(adjustment.balanceAfter),
      reason: adjustment.reason,
      api_key_id: adjustment.apiKeyId,
      created_at: adjustment.createdAt.toISOString(),
    })),
    next_cursor: nextCursor(LIST, page),
  } satisfies z.input<typeof adjustmentListResponse>;
}
