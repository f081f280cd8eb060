import type { z } from "zod";
import type { Actor } from "@/lib/auth";
import { readHold } from "@/lib/ledger";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import {
  type ChargeInput,
  captureUsage,
  chargeUsage,
  chargeUsageBatch,
  holdUsage,
  namedCustomer,
  refundUsage,
  releaseUsage,
  resolveCustomer,
} from "@/lib/usage";
import { batchAnswer, captureAnswer, chargeAnswer, holdAnswer, refundAnswer } from "../answers/usage";
import { readUsd } from "../fields/wire";
import {
  presentBatchOutcome,
  presentCapture,
  presentCharge,
  presentHold,
  presentRefund,
} from "../present/usage";
import { usageRoute } from "../route";
import {
  batchBody,
  captureBody,
  chargeBody,
  chargePath,
  holdBody,
  holdPath,
  holdQuery,
  NANO_DECIMALS,
  readKey,
  readSpend,
  refundBody,
  releaseBody,
} from "./usage-bodies";

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
    customerId: namedCustomer(actor, body.customer_id, `${at}customer_id`),
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
      customerId: namedCustomer(actor, body.customer_id),
      chargeId: params.charge_id ?? "",
      amount: body.amount_usd === undefined ? null : readSpend("amount_usd", body.amount_usd),
      idempotencyKey: readKey(idempotencyKey, body),
      description: body.description,
      metadata: body.metadata,
    });
    return { body: presentRefund(refunded), isReplay: refunded.isReplay };
  },
);

export const createHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds",
    operationId: "createHold",
    tag: "Usage",
    summary: "Reserve money before the work is done",
    description:
      "What is held is not available to anything else. Capture it when the work is done, or release it; what is neither is given back by itself.",
    scope: "usage:write",
    body: holdBody,
    takesIdempotencyKey: true,
    answer: holdAnswer,
    refusals: ["payment_required", "not_found"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const { hold, isReplay } = await holdUsage(actor, {
      customerId: namedCustomer(actor, body.customer_id),
      amount: readSpend("amount_usd", body.amount_usd),
      idempotencyKey: readKey(idempotencyKey, body),
      expiresInSeconds: body.expires_in_seconds,
      description: body.description,
      metadata: body.metadata,
    });
    return { body: presentHold(hold), isReplay };
  },
);

export const captureHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds/{hold_id}/capture",
    operationId: "captureHold",
    tag: "Usage",
    summary: "Charge what was held, in part, in full, or more if that is available",
    description: [
      "Without `amount_usd` all that was held is charged. Less gives the rest back; more is taken from what is available, or nothing happens and the answer is 402.",
      "The same capture again answers the same. It needs no idempotency key: a hold is captured once.",
    ].join("\n\n"),
    params: holdPath,
    scope: "usage:write",
    body: captureBody,
    mayOmitBody: true,
    answer: captureAnswer,
    refusals: ["payment_required", "conflict"],
  },
  async ({ actor, body, params }) => {
    const name = { customerId: namedCustomer(actor, body.customer_id), holdId: params.hold_id ?? "" };
    const amount = body.amount_usd === undefined ? null : readCapture(body.amount_usd);
    const captured = await captureUsage(actor, name, amount);
    return { body: presentCapture(captured), isReplay: captured.isReplay };
  },
);

function readCapture(input: string | number): Nanos {
  if (readUsd("amount_usd", input, NANO_DECIMALS) === ZERO) {
    throw invalidField("amount_usd", "To capture nothing, release the hold.");
  }
  return readSpend("amount_usd", input);
}

export const releaseHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds/{hold_id}/release",
    operationId: "releaseHold",
    tag: "Usage",
    summary: "Give a hold back",
    description:
      "Nothing is charged. A hold that was released or has expired stays as it is; one that was captured is 409.",
    params: holdPath,
    scope: "usage:write",
    body: releaseBody,
    mayOmitBody: true,
    answer: holdAnswer,
    refusals: ["conflict"],
  },
  async ({ actor, body, params }) => {
    const name = { customerId: namedCustomer(actor, body.customer_id), holdId: params.hold_id ?? "" };
    const { hold, isReplay } = await releaseUsage(actor, name);
    return { body: presentHold(hold), isReplay };
  },
);

export const getHold = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage/holds/{hold_id}",
    operationId: "getHold",
    tag: "Usage",
    summary: "Read a hold",
    description: "How a hold stands, and what was charged of it.",
    params: holdPath,
    scope: "usage:read",
    query: holdQuery,
    answer: holdAnswer,
  },
  async ({ actor, query, params }) => {
    const customerId = await resolveCustomer(actor, query.customer_id);
    return { body: presentHold(await readHold(customerId, params.hold_id ?? "")) };
  },
);
