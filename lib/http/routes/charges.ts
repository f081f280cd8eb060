import type { z } from "zod";
import type { Actor } from "@/lib/auth";
import { invalidField } from "@/lib/platform/errors";
import { type ChargeInput, chargeUsage, chargeUsageBatch, refundUsage } from "@/lib/usage";
import { batchAnswer, chargeAnswer, refundAnswer } from "../answers/usage";
import { readKey, readSpend } from "../fields/spend-input";
import { authorizeCustomer } from "../pipeline/authorize-customer";
import { presentBatchOutcome, presentCharge, presentRefund } from "../present/usage";
import { usageRoute } from "../route";
import { batchBody, chargeBody, chargePath, refundBody } from "./charge-bodies";

/** A thousand charges with descriptions fit; more would be more than one statement should do. */
const MAX_BATCH_BYTES = 1024 * 1024;

export const createCharge = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges",
    operationId: "createCharge",
    tag: "Usage",
    summary: "Charge a balance for work done",
    description: [
      "Takes the whole amount or nothing. Send the same `idempotency_key` again after a timeout: the charge is made once, and the answer is the first one's.",
      "When less is available, the answer is 402 with `topup_url`, the page where the customer can top up. Nothing was charged, and the same key can be used again afterwards.",
    ].join("\n\n"),
    scope: "usage:write",
    body: chargeBody,
    takesIdempotencyKey: true,
    answer: chargeAnswer,
    refusals: ["payment_required", "not_found", "conflict"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const charged = await chargeUsage(actor, readCharge(actor, body, readKey(idempotencyKey, body), ""));
    return { body: presentCharge(charged), isReplay: charged.isReplay };
  },
);

export const createChargeBatch = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges/batch",
    operationId: "createChargeBatch",
    tag: "Usage",
    summary: "Charge up to 1,000 items, each with a result of its own",
    description: [
      "Every item has a result of its own, in the order of the request: the batch as a whole is 200 also when items were refused. An item that is malformed refuses the whole batch, and then nothing was charged.",
      "Send the same batch again after a timeout: items that were charged say `replayed`.",
    ].join("\n\n"),
    scope: "usage:write",
    body: batchBody,
    maxBodyBytes: MAX_BATCH_BYTES,
    answer: batchAnswer,
  },
  async ({ actor, body }) => {
    const inputs = body.charges.map((item, index) => {
      const at = `charges.${index}.`;
      if (item.idempotency_key === undefined)
        throw invalidField(`${at}idempotency_key`, "Each charge needs its own key.");
      return readCharge(actor, item, item.idempotency_key, at);
    });
    return { body: { results: (await chargeUsageBatch(actor, inputs)).map(presentBatchOutcome) } };
  },
);

function readCharge(actor: Actor, body: z.output<typeof chargeBody>, key: string, at: string): ChargeInput {
  return {
    customerId: authorizeCustomer(actor, body.customer_id, `${at}customer_id`),
    amount: readSpend(`${at}amount_usd`, body.amount_usd),
    idempotencyKey: key,
    description: body.description,
    metadata: body.metadata,
    allowOverdraft: body.overdraft === "allow",
  };
}

export const refundCharge = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/charges/{charge_id}/refund",
    operationId: "refundCharge",
    tag: "Usage",
    summary: "Give a charge back to the balance, in part or in full",
    description:
      "Only the operator may. Several refunds of one charge are possible, together at most the charge; more is 409 with `refundable_usd`.",
    params: chargePath,
    scope: "usage:write",
    body: refundBody,
    takesIdempotencyKey: true,
    answer: refundAnswer,
    refusals: ["conflict"],
  },
  async ({ actor, body, params, idempotencyKey }) => {
    const refunded = await refundUsage(actor, {
      customerId: authorizeCustomer(actor, body.customer_id),
      chargeId: params.charge_id ?? "",
      amount: body.amount_usd === undefined ? null : readSpend("amount_usd", body.amount_usd),
      idempotencyKey: readKey(idempotencyKey, body),
      description: body.description,
      metadata: body.metadata,
    });
    return { body: presentRefund(refunded), isReplay: refunded.isReplay };
  },
);
