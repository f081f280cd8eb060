import { z } from "zod";
import * as disputes from "@/lib/disputes";
import { operatorRoute } from "./route";
import { parseCents, usdInput } from "./schemas/amounts";
import { formatOptionalCents, idField, orNull, positiveUsdField } from "./schemas/response-fields";
import { plainText } from "./schemas/text";

const disputeResponse = z
  .strictObject({
    dispute_id: z
      .string()
      .meta({ description: "Stripe's id of the dispute.", examples: ["du_1QxK2eLkdIwHu7ix"] }),
    topup_intent_id: idField("topUp", "The disputed top-up."),
    customer_id: idField("customer", "The customer."),
    status: z.string().meta({ description: "Stripe's status of the dispute.", examples: ["needs_response"] }),
    amount_usd: orNull(
      positiveUsdField(
        "How much of the payment the dispute has taken, including tax. Null if unknown.",
        "4.20",
      ),
    ),
  })
  .meta({ id: "Dispute", description: "A dispute of a top-up." });

const disputePath = z.object({
  dispute_id: z
    .string()
    .regex(/^[a-z]{2,8}_[A-Za-z0-9_]{1,200}$/, "There is no such dispute.")
    .meta({ description: "Stripe's id of the dispute.", examples: ["du_1QxK2eLkdIwHu7ix"] }),
});

const amountBody = z
  .strictObject({
    amount_usd: usdInput.meta({
      description:
        "How much of the payment the dispute has taken, including tax, in whole cents. `0.00` if all of it was returned.",
      examples: ["4.20"],
    }),
    reason: plainText("The reason", 500).meta({
      description: "The reason, for the audit log.",
      examples: ["Withdrawn: 3.90 EUR on 3 November"],
    }),
  })
  .meta({
    id: "DisputeAmountInput",
    description: "The amount that the dispute has taken.",
    examples: [{ amount_usd: "4.20", reason: "Withdrawn: 3.90 EUR on 3 November" }],
  });

export const setDisputeAmount = operatorRoute(
  {
    method: "POST",
    path: "/api/v1/admin/disputes/{dispute_id}/amount",
    operationId: "setDisputeAmount",
    tag: "Admin",
    summary: "Enter what a dispute has taken",
    description: [
      "For disputes whose money moved in a currency that cannot be converted to US dollars (alert `dispute_amount_unknown`). The balance is brought in line with the amount. It applies until the dispute's money moves again. Entering the same amount again has no effect.",
      "Returns 409 if Stripe reports the amount in US dollars.",
    ].join("\n\n"),
    params: disputePath,
    body: amountBody,
    response: disputeResponse,
    responseDescription: "The dispute with its amount.",
    errors: ["conflict"],
  },
  async ({ actor, params, body }) => {
    const dispute = await disputes.enterDisputeAmount(actor, {
      disputeId: params.dispute_id,
      amount: parseCents("amount_usd", body.amount_usd),
      reason: body.reason,
    });
    return {
      dispute_id: dispute.sourceId,
      topup_intent_id: dispute.topUpIntentId,
      customer_id: dispute.customerId,
      status: dispute.status,
      amount_usd: formatOptionalCents(dispute.effectiveCents),
    } satisfies z.input<typeof disputeResponse>;
  },
);
