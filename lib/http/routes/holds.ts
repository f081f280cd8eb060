import { readHold } from "@/lib/ledger";
import { type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { captureUsage, holdUsage, releaseUsage } from "@/lib/usage";
import { captureAnswer, holdAnswer } from "../answers/usage";
import { NANO_DECIMALS, readKey, readSpend } from "../fields/spend-input";
import { readUsd } from "../fields/wire";
import { authorizeCustomer, authorizeExistingCustomer } from "../pipeline/authorize-customer";
import { presentCapture, presentHold } from "../present/usage";
import { usageRoute } from "../route";
import { captureBody, holdBody, holdPath, holdQuery, releaseBody } from "./hold-bodies";

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
      customerId: authorizeCustomer(actor, body.customer_id),
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
    const name = { customerId: authorizeCustomer(actor, body.customer_id), holdId: params.hold_id ?? "" };
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
    const name = { customerId: authorizeCustomer(actor, body.customer_id), holdId: params.hold_id ?? "" };
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
    const customerId = await authorizeExistingCustomer(actor, query.customer_id);
    return { body: presentHold(await readHold(customerId, params.hold_id ?? "")) };
  },
);
