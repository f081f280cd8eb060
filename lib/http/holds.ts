import { z } from "zod";
import { type CapturedHold, HOLD_STATUSES, type Hold, readHold } from "@/lib/ledger";
import { formatUsd, type Nanos, ZERO } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { captureUsage, holdUsage, releaseUsage } from "@/lib/usage";
import { balanceAfterFields } from "./charges";
import { authorizeCustomer, authorizeExistingCustomer } from "./pipeline/authorize-customer";
import { reply, usageRoute } from "./route";
import { NANO_DECIMALS, parseAmount, parseSpendAmount, spendAmountInput, usdInput } from "./schemas/amounts";
import {
  descriptionInput,
  idempotencyKeyInput,
  metadataInput,
  optionalCustomerIdInput,
  pathId,
  requireIdempotencyKey,
} from "./schemas/request-fields";
import { exampleId, idField, orNull, positiveUsdField, timeField } from "./schemas/response-fields";

const MAX_HOLD_SECONDS = 86_400;
const DEFAULT_HOLD_SECONDS = 3_600;

const holdPath = z.object({ hold_id: pathId("hold", "hold") });

const holdFields = {
  hold_id: idField("hold", "The id of the hold."),
  amount_usd: positiveUsdField("The reserved amount.", "5.00"),
  expires_at: orNull(timeField("When the hold is released automatically.", "2026-11-22T19:30:00.000Z")),
};

const holdResponse = z
  .strictObject({
    ...holdFields,
    status: z.enum(HOLD_STATUSES).meta({
      description:
        "`open` reserves the amount; `captured` was charged; `released` and `expired` no longer reserve anything.",
      examples: ["open"],
    }),
    captured_usd: orNull(positiveUsdField("The amount charged. Null unless the hold was captured.", "3.20")),
  })
  .meta({ id: "Hold", description: "An amount reserved before the work is done." });

function presentHold(hold: Hold) {
  return {
    hold_id: hold.holdId,
    status: hold.status,
    amount_usd: formatUsd(hold.amount),
    captured_usd: hold.captured === null ? null : formatUsd(hold.captured),
    expires_at: hold.expiresAt?.toISOString() ?? null,
  } satisfies z.input<typeof holdResponse>;
}

export const holdBody = z
  .strictObject({
    customer_id: optionalCustomerIdInput,
    amount_usd: spendAmountInput,
    idempotency_key: idempotencyKeyInput,
    expires_in_seconds: z
      .int({ error: `Use whole seconds from 1 to ${MAX_HOLD_SECONDS}.` })
      .min(1, "A hold must last at least one second.")
      .max(MAX_HOLD_SECONDS, `A hold may last at most ${MAX_HOLD_SECONDS} seconds.`)
      .default(DEFAULT_HOLD_SECONDS)
      .meta({
        description:
          "How long to reserve the amount, at most a day. Then the hold is released automatically.",
      }),
    description: descriptionInput,
    metadata: metadataInput,
  })
  .meta({
    id: "HoldInput",
    description: "How much to reserve, and for how long.",
    examples: [
      {
        customer_id: exampleId("customer"),
        amount_usd: "5.00",
        idempotency_key: "render-551",
        expires_in_seconds: 900,
      },
    ],
  });

export const createHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds",
    operationId: "createHold",
    tag: "Usage",
    summary: "Reserve an amount before the work is done",
    description:
      "A reserved amount cannot be spent on anything else. Capture the hold when the work is done, or release it. A hold that is neither captured nor released expires.",
    scope: "usage:write",
    body: holdBody,
    takesIdempotencyKey: true,
    response: holdResponse,
    errors: ["payment_required", "not_found"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const opened = await holdUsage(actor, {
      customerId: authorizeCustomer(actor, body.customer_id),
      amount: parseSpendAmount("amount_usd", body.amount_usd),
      idempotencyKey: requireIdempotencyKey(idempotencyKey, body),
      expiresInSeconds: body.expires_in_seconds,
      description: body.description,
      metadata: body.metadata,
    });
    return reply(presentHold(opened.hold), { isReplay: opened.isReplay });
  },
);

const captureBody = z
  .strictObject({
    customer_id: optionalCustomerIdInput,
    amount_usd: usdInput
      .optional()
      .meta({ description: "The amount to charge. Defaults to the reserved amount.", examples: ["3.20"] }),
  })
  .meta({
    id: "CaptureInput",
    description: "How much of a hold to charge.",
    examples: [{ customer_id: exampleId("customer"), amount_usd: "3.20" }],
  });

const captureResponse = z
  .strictObject({
    ...holdFields,
    status: z.literal("captured").meta({ description: "The hold no longer reserves anything." }),
    captured_usd: positiveUsdField("The amount charged.", "3.20"),
    charge_id: idField("charge", "The resulting charge."),
    ...balanceAfterFields,
    created_at: timeField("When the charge was recorded."),
  })
  .meta({ id: "CapturedHold", description: "A hold that was charged." });

export const captureHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds/{hold_id}/capture",
    operationId: "captureHold",
    tag: "Usage",
    summary: "Charge a hold, in part, in full, or more if available",
    description: [
      "Charges the reserved amount by default. If you charge less, the rest is released. If you charge more, the difference is taken from the available balance; if that is too low, nothing is charged and the response is 402.",
      "Repeating the same capture returns the same response. No idempotency key is needed: a hold is captured only once.",
    ].join("\n\n"),
    params: holdPath,
    scope: "usage:write",
    body: captureBody,
    mayOmitBody: true,
    response: captureResponse,
    errors: ["payment_required", "conflict"],
  },
  async ({ actor, body, params }) => {
    const hold = { customerId: authorizeCustomer(actor, body.customer_id), holdId: params.hold_id };
    const amount = body.amount_usd === undefined ? null : parseCaptureAmount(body.amount_usd);
    const captured = await captureUsage(actor, hold, amount);
    return reply(presentCapture(captured), { isReplay: captured.isReplay });
  },
);

function parseCaptureAmount(input: string | number): Nanos {
  if (parseAmount("amount_usd", input, NANO_DECIMALS) === ZERO) {
    throw invalidField(
      "amount_usd",
      "The amount must be greater than zero. To charge nothing, release the hold.",
    );
  }
  return parseSpendAmount("amount_usd", input);
}

function presentCapture(capture: CapturedHold) {
  return {
    hold_id: capture.holdId,
    status: "captured",
    amount_usd: formatUsd(capture.held),
    captured_usd: formatUsd(capture.captured),
    expires_at: capture.expiresAt?.toISOString() ?? null,
    charge_id: capture.chargeId,
    balance_usd: formatUsd(capture.balanceAfter),
    available_usd: formatUsd(capture.availableAfter),
    created_at: capture.createdAt.toISOString(),
  } satisfies z.input<typeof captureResponse>;
}

const releaseBody = z.strictObject({ customer_id: optionalCustomerIdInput }).meta({
  id: "ReleaseInput",
  description: "The customer whose hold to release.",
  examples: [{ customer_id: exampleId("customer") }],
});

export const releaseHold = usageRoute(
  {
    method: "POST",
    path: "/api/v1/usage/holds/{hold_id}/release",
    operationId: "releaseHold",
    tag: "Usage",
    summary: "Release a hold",
    description:
      "Nothing is charged. Releasing a released or expired hold has no effect; releasing a captured hold is 409.",
    params: holdPath,
    scope: "usage:write",
    body: releaseBody,
    mayOmitBody: true,
    response: holdResponse,
    errors: ["conflict"],
  },
  async ({ actor, body, params }) => {
    const hold = { customerId: authorizeCustomer(actor, body.customer_id), holdId: params.hold_id };
    const released = await releaseUsage(actor, hold);
    return reply(presentHold(released.hold), { isReplay: released.isReplay });
  },
);

export const getHold = usageRoute(
  {
    method: "GET",
    path: "/api/v1/usage/holds/{hold_id}",
    operationId: "getHold",
    tag: "Usage",
    summary: "Get a hold",
    description: "Returns the status of a hold and the amount that was charged.",
    params: holdPath,
    scope: "usage:read",
    query: z.strictObject({ customer_id: optionalCustomerIdInput }),
    response: holdResponse,
  },
  async ({ actor, query, params }) =>
    presentHold(await readHold(await authorizeExistingCustomer(actor, query.customer_id), params.hold_id)),
);
