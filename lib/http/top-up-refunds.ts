import { z } from "zod";
import { type Cents, cents, formatCents, formatUsd, fromCents, nanos } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import * as refunds from "@/lib/refunds";
import { customerRoute, operatorRoute, reply } from "./route";
import { parseCents, usdInput } from "./schemas/amounts";
import { idempotencyKeyInput, pathId, requireIdempotencyKey } from "./schemas/request-fields";
import { idField, orNull, positiveUsdField, usdField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";

const refundResponse = z
  .strictObject({
    refund_request_id: orNull(idField("refundRequest", "The id of the refund. Null for a preview.")),
    topup_intent_id: idField("topUp", "The refunded top-up."),
    customer_id: idField("customer", "The customer."),
    status: z.enum(["preview", "pending", "submitted"]).meta({
      description:
        "`submitted`: Stripe created the refund, and the balance reflects it. `pending`: Stripe has not confirmed the refund yet; Brim keeps retrying. `preview`: nothing was done.",
      examples: ["submitted"],
    }),
    amount_usd: positiveUsdField("The amount paid back to the payer, including tax.", "23.80"),
    credit_usd: positiveUsdField("The part of it that is taken from the balance.", "20.00"),
    tax_usd: positiveUsdField("The remaining part: tax, which was never credited.", "3.80"),
    balance_usd: orNull(usdField("The balance before the refund. Only in a preview.", "25.00")),
    balance_after_usd: orNull(usdField("The balance after the refund. Only in a preview.", "5.00")),
    stripe_refund_id: z
      .string()
      .nullable()
      .meta({
        description: "Stripe's id of the refund. Null until Stripe has created it.",
        examples: ["re_3QxK2eLkdIwHu7ix"],
      }),
  })
  .meta({ id: "TopUpRefund", description: "A refund of a top-up, or a preview of one." });

const topUpPath = z.object({ topup_intent_id: pathId("topUp", "top-up") });

const operatorRefundBody = z
  .strictObject({
    amount_usd: usdInput.optional().meta({
      description:
        "The amount to pay back, including tax, in whole cents. Defaults to everything that is left.",
      examples: ["11.90"],
    }),
    dry_run: z
      .boolean({ error: "Use true or false." })
      .optional()
      .meta({ description: "Returns what the refund would do, without doing it.", examples: [true] }),
    reason: plainText("The reason", 500)
      .optional()
      .meta({
        description: "The reason, for the audit log. Required unless `dry_run` is true.",
        examples: ["Requested by email on 3 November"],
      }),
    idempotency_key: idempotencyKeyInput,
  })
  .meta({
    id: "TopUpRefundInput",
    description: "The refund to make.",
    examples: [
      {
        amount_usd: "1.20",
        reason: "Requested by email on 3 November",
        idempotency_key: "ticket-4712",
      },
    ],
  });

export const refundTopUp = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/topups/{topup_intent_id}/refund",
    operationId: "refundTopUp",
    tag: "Admin",
    summary: "Refund a top-up, in part or in full",
    description: [
      "Pays the payer back through Stripe and takes the same share of the credit from the balance, even if the balance becomes negative. Tax is refunded in proportion.",
      "With `dry_run`, nothing is refunded: the response shows what the refund would do to the balance. Returns 409 if the top-up is disputed or fully refunded.",
    ].join("\n\n"),
    params: topUpPath,
    body: operatorRefundBody,
    takesIdempotencyKey: true,
    response: refundResponse,
    errors: ["conflict"],
  },
  async ({ actor, body, params, idempotencyKey }) => {
    const topUpIntentId = params.topup_intent_id;
    const amount = parseRefundAmount(body.amount_usd);
    if (body.dry_run) return presentPreview(await refunds.previewRefund(topUpIntentId, amount));
    const { reason } = body;
    if (reason === undefined) throw invalidField("reason", "The reason is required.");
    const key = requireIdempotencyKey(idempotencyKey, body);
    const requested = await refunds.refundTopUp(actor, {
      topUpIntentId,
      amount,
      reason,
      idempotencyKey: key,
    });
    return reply(presentRefund(requested.request), { isReplay: requested.isReplay });
  },
);

const ownRefundBody = z.strictObject({ idempotency_key: idempotencyKeyInput }).meta({
  id: "OwnTopUpRefundInput",
  description: "The idempotency key of the request.",
  examples: [{ idempotency_key: "refund-1" }],
});

export const refundOwnTopUp = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/topups/{topup_intent_id}/refund",
    operationId: "refundOwnTopUp",
    tag: "Billing",
    summary: "Refund an unspent top-up",
    description: [
      "Pays back everything that is left of a top-up, including tax, if the operator allows it (`CUSTOMER_REFUNDS`) and the money is unspent. The amount is held until the refund is complete.",
      "Returns 409 otherwise, with the reason in `details.reason`.",
    ].join("\n\n"),
    params: topUpPath,
    scope: "billing:write",
    body: ownRefundBody,
    takesIdempotencyKey: true,
    mayOmitBody: true,
    response: refundResponse,
    responseDescription: "The refund.",
    errors: ["conflict"],
  },
  async ({ actor, body, params, idempotencyKey }) => {
    const requested = await refunds.refundOwnTopUp(actor, {
      topUpIntentId: params.topup_intent_id,
      idempotencyKey: requireIdempotencyKey(idempotencyKey, body),
    });
    return reply(presentRefund(requested.request), { isReplay: requested.isReplay });
  },
);

/** Returns null if no amount was sent, which means everything that is left. */
function parseRefundAmount(input: string | number | undefined): Cents | null {
  if (input === undefined) return null;
  const amount = parseCents("amount_usd", input);
  if (amount <= 0n) throw invalidField("amount_usd", "The amount must be greater than zero.");
  return amount;
}

function presentRefund(request: refunds.RequestedRefund["request"]) {
  const amount = cents(BigInt(request.amountCents));
  const credit = nanos(request.creditNanos);
  return {
    refund_request_id: request.refundRequestId,
    topup_intent_id: request.topUpIntentId,
    customer_id: request.customerId,
    status: request.status === "submitted" ? "submitted" : "pending",
    amount_usd: formatCents(amount),
    credit_usd: formatUsd(credit),
    tax_usd: formatUsd(nanos(fromCents(amount) - credit)),
    balance_usd: null,
    balance_after_usd: null,
    stripe_refund_id: request.stripeRefundId,
  } satisfies z.input<typeof refundResponse>;
}

function presentPreview(preview: refunds.RefundPreview) {
  return {
    refund_request_id: null,
    topup_intent_id: preview.topUpIntentId,
    customer_id: preview.customerId,
    status: "preview",
    amount_usd: formatCents(preview.amount),
    credit_usd: formatUsd(preview.credit),
    tax_usd: formatUsd(preview.tax),
    balance_usd: formatUsd(preview.balance),
    balance_after_usd: formatUsd(preview.balanceAfter),
    stripe_refund_id: null,
  } satisfies z.input<typeof refundResponse>;
}
