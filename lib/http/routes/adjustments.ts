import { z } from "zod";
import { adjustBalance, listAdjustments } from "@/lib/adjustments";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { adjustmentAnswer, adjustmentsAnswer } from "../answers/admin";
import { asCustomerId, customerInput } from "../fields/customer-input";
import { exampleId } from "../fields/fields";
import { plainText } from "../fields/plain-text";
import { idempotencyKey, NANO_DECIMALS, readKey } from "../fields/spend-input";
import { readUsd, signedUsdInput } from "../fields/wire";
import { listQuery, readPage } from "../lists/list-query";
import { presentAdjustment, presentAdjustments } from "../present/admin";
import { operatorRoute } from "../route";

/** An adjustment is at most this, either way. */
const MAX_ADJUSTMENT = 1_000_000_000_000_000n as Nanos;

const adjustmentBody = z
  .strictObject({
    customer_id: customerInput.meta({
      description: "Whose balance to adjust.",
      examples: [exampleId("customer")],
    }),
    amount_usd: signedUsdInput.meta({
      description:
        "What the balance gains; with a minus sign, what it loses. Not zero, at most 1000000.00 either way, with up to 9 decimals.",
      examples: ["-1.50"],
    }),
    reason: plainText("The reason", 500).meta({
      description: "Why. The customer reads it in its activity.",
      examples: ["Charged twice on 3 November"],
    }),
    idempotency_key: idempotencyKey,
    overdraft: z
      .literal("allow", { error: 'The only value is "allow".' })
      .optional()
      .meta({ description: "Takes the amount even where less is available." }),
  })
  .meta({
    id: "AdjustmentInput",
    description: "What to put right.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "-1.50",
        reason: "Charged twice on 3 November",
        idempotency_key: "ticket-4711",
      },
    ],
  });

export const createAdjustment = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/adjustments",
    operationId: "createAdjustment",
    tag: "Admin",
    summary: "Put a balance right by hand",
    description:
      "Raises or lowers a balance without a payment, also of a frozen account. It never takes more than is available, unless `overdraft` says so. To give a charge back, refund the charge instead.",
    body: adjustmentBody,
    takesIdempotencyKey: true,
    answer: adjustmentAnswer,
    refusals: ["payment_required", "not_found", "conflict"],
  },
  async ({ actor, body, idempotencyKey: header }) => {
    const adjustment = {
      customerId: asCustomerId(body.customer_id),
      amount: readAdjustment("amount_usd", body.amount_usd),
      reason: body.reason,
      idempotencyKey: readKey(header, body),
      allowOverdraft: body.overdraft === "allow",
    };
    const posted = await adjustBalance(actor, adjustment);
    return { body: presentAdjustment(adjustment, posted), isReplay: posted.isReplay };
  },
);

function readAdjustment(field: string, input: string | number): Nanos {
  const amount = readUsd(field, input, NANO_DECIMALS, { signed: true });
  if (amount === ZERO) throw invalidField(field, "The amount must not be zero.");
  if (amount > MAX_ADJUSTMENT || amount < -MAX_ADJUSTMENT) {
    throw invalidField(field, "The amount may be at most 1000000.00 US dollars either way.");
  }
  return amount;
}

const adjustmentsQuery = z.strictObject({
  customer_id: customerInput.optional().meta({ description: "Only the adjustments of this customer." }),
  ...listQuery,
});

const ADJUSTMENTS = { list: "adjustments", owner: "operator" };

export const getAdjustments = operatorRoute(
  {
    method: "GET",
    path: "/api/v1/admin/adjustments",
    operationId: "listAdjustments",
    tag: "Admin",
    summary: "List adjustments, newest first",
    description: "Of all customers or of one, each with the key that asked for it.",
    query: adjustmentsQuery,
    answer: adjustmentsAnswer,
  },
  async ({ query }) => {
    const { limit, position } = readPage(ADJUSTMENTS, query);
    const page = await listAdjustments({
      limit,
      before: position ?? undefined,
      customerId: query.customer_id === undefined ? undefined : asCustomerId(query.customer_id),
    });
    return { body: presentAdjustments(ADJUSTMENTS, page) };
  },
);
