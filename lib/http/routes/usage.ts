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
import {
  presentBatchOutcome,
  presentCapture,
  presentCharge,
  presentHold,
  presentRefund,
} from "../present-usage";
import { usageRoute } from "../route";
import { readUsd } from "../wire";
import {
  batchBody,
  captureBody,
  chargeBody,
  holdBody,
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
    summary: "Charge a balance for work done",
    scope: "usage:write",
    body: chargeBody,
    takesIdempotencyKey: true,
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
    summary: "Charge up to 1,000 items, each with a result of its own",
    scope: "usage:write",
    body: batchBody,
    maxBodyBytes: MAX_BATCH_BYTES,
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
    summary: "Give a charge back to the balance, in part or in full",
    scope: "usage:write",
    body: refundBody,
    takesIdempotencyKey: true,
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
    summary: "Reserve money before the work is done",
    scope: "usage:write",
    body: holdBody,
    takesIdempotencyKey: true,
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
    summary: "Charge what was held, in part, in full, or more if that is available",
    scope: "usage:write",
    body: captureBody,
    mayOmitBody: true,
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
    summary: "Give a hold back",
    scope: "usage:write",
    body: releaseBody,
    mayOmitBody: true,
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
    summary: "Read a hold",
    scope: "usage:read",
    query: holdQuery,
  },
  async ({ actor, query, params }) => {
    const customerId = await resolveCustomer(actor, query.customer_id);
    return { body: presentHold(await readHold(customerId, params.hold_id ?? "")) };
  },
);
