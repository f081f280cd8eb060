import { z } from "zod";
import { formatUsd, nanos } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import * as refunds from "@/lib/refunds";
import * as topUps from "@/lib/top-ups";
import { operatorRoute, reply } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import {
  customerIdInput,
  idempotencyKeyInput,
  pathId,
  requireIdempotencyKey,
} from "./schemas/request-fields";
import { idField, orNull, positiveUsdField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";
import { presentListedTopUp, STATUSES, topUpFields } from "./top-ups";

const customerTopUp = z
  .strictObject({
    customer_id: idField("customer", "The customer."),
    ...topUpFields,
    review: z
      .strictObject({
        reason: z
          .enum(topUps.REVIEW_REASONS)
          .meta({ description: "Why the payment was not credited.", examples: ["discounted"] }),
        payment_intent_id: z
          .string()
          .nullable()
          .meta({ description: "The payment. Null if there is none.", examples: ["pi_3QxK2eLkdIwHu7ix"] }),
      })
      .meta({ id: "TopUpReview", description: "The payment that needs a decision." })
      .nullable()
      .meta({ description: "Null unless the status is `needs_review`." }),
  })
  .meta({ id: "CustomerTopUp", description: "A top-up and its customer." });

const customerTopUpList = z
  .strictObject({
    topups: z.array(customerTopUp).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "CustomerTopUpList", description: "A page of top-ups of all customers." });

const TOP_UPS = { list: "all-topups", owner: "operator" };

export const listAllTopUps = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/topups",
    operationId: "listAllTopUps",
    tag: "Admin",
    summary: "List top-ups of all customers, newest first",
    description: "Use `status=needs_review` to find payments that were not credited and need a decision.",
    query: z.strictObject({
      status: z
        .enum(STATUSES, { error: `Use one of these: ${STATUSES.join(", ")}.` })
        .optional()
        .meta({ description: "Return only top-ups in this state.", examples: ["needs_review"] }),
      customer_id: customerIdInput.optional().meta({ description: "Return only this customer's top-ups." }),
      ...listQuery,
    }),
    response: customerTopUpList,
  },
  async ({ query }) =>
    presentTopUps(
      await topUps.listAllTopUps({
        ...readPageRequest(TOP_UPS, query),
        status: query.status,
        customerId: query.customer_id,
      }),
    ),
);

function presentTopUps(page: Page<topUps.TopUpIntent>) {
  return {
    topups: page.items.map((intent) => ({
      customer_id: intent.customerId,
      ...presentListedTopUp(intent),
      review: presentReview(intent),
    })),
    next_cursor: nextCursor(TOP_UPS, page),
  } satisfies z.input<typeof customerTopUpList>;
}

function presentReview({ status, reviewReason, reviewPaymentIntentId }: topUps.TopUpIntent) {
  if (status !== "needs_review") return null;
  return { reason: reviewReason as topUps.ReviewReason, payment_intent_id: reviewPaymentIntentId };
}

const resolutionBody = z
  .strictObject({
    action: z.enum(["credit", "give_back"], { error: "Use one of these: credit, give_back." }).meta({
      description: "`credit` adds the top-up's amount to the balance. `give_back` refunds the whole payment.",
      examples: ["give_back"],
    }),
    reason: plainText("The reason", 500).meta({
      description: "The reason, for the audit log.",
      examples: ["Promotion codes are not valid for top-ups"],
    }),
    idempotency_key: idempotencyKeyInput,
  })
  .meta({
    id: "TopUpResolutionInput",
    description: "The decision.",
    examples: [
      {
        action: "give_back",
        reason: "Promotion codes are not valid for top-ups",
        idempotency_key: "ticket-4713",
      },
    ],
  });

const resolutionResponse = z
  .strictObject({
    topup_intent_id: idField("topUp", "The top-up."),
    customer_id: idField("customer", "The customer."),
    status: z.enum(STATUSES).meta({
      description: "The status of the top-up. It stays `needs_review` until the refund is complete.",
      examples: ["canceled"],
    }),
    credited_usd: positiveUsdField("The amount that was added to the balance.", "0.00"),
    refund_request_id: orNull(idField("refundRequest", "The id of the refund. Null for a credit.")),
    refund_status: z
      .enum(["pending", "submitted"])
      .nullable()
      .meta({
        description:
          "`submitted`: Stripe created the refund. `pending`: Brim keeps retrying. Null for a credit.",
        examples: ["submitted"],
      }),
  })
  .meta({ id: "TopUpResolution", description: "What became of a top-up in review." });

export const resolveTopUp = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/topups/{topup_intent_id}/resolve",
    operationId: "resolveTopUp",
    tag: "Admin",
    summary: "Decide on a top-up in review",
    description: [
      "Credits or refunds a payment that did not match its top-up. The payment is read at Stripe first.",
      "`credit` adds exactly the top-up's amount. The payment must be paid, belong to this top-up and its customer, be in US dollars, and have received at least the amount after tax. Otherwise the response is 409 with the reason in `details.reason`: give it back, or adjust the balance and resolve the alert.",
      "`give_back` refunds everything that the payer paid. The balance does not change. The review ends when the refund is complete, and starts again if it fails.",
    ].join("\n\n"),
    params: z.object({ topup_intent_id: pathId("topUp", "top-up") }),
    body: resolutionBody,
    takesIdempotencyKey: true,
    response: resolutionResponse,
    errors: ["conflict"],
  },
  async ({ actor, body, params, idempotencyKey }) => {
    const input = {
      topUpIntentId: params.topup_intent_id,
      reason: body.reason,
      idempotencyKey: requireIdempotencyKey(idempotencyKey, body),
    };
    if (body.action === "credit") {
      const { isReplay } = await topUps.creditReviewed(actor, input);
      return reply(await presentResolution(input.topUpIntentId, null), { isReplay });
    }
    const { request, isReplay } = await refunds.giveBackReviewed(actor, input);
    return reply(await presentResolution(input.topUpIntentId, request), { isReplay });
  },
);

async function presentResolution(topUpIntentId: string, refund: refunds.RefundRequest | null) {
  const intent = await topUps.readAnyIntent(topUpIntentId);
  return {
    topup_intent_id: topUpIntentId,
    customer_id: intent.customerId,
    status: topUps.shownStatus(intent),
    credited_usd: formatUsd(nanos(intent.creditedNanos)),
    refund_request_id: refund?.refundRequestId ?? null,
    refund_status: refund && (refund.status === "submitted" ? "submitted" : "pending"),
  } satisfies z.input<typeof resolutionResponse>;
}
