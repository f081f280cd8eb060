import { z } from "zod";
import {
  MAX_LOW_BALANCE_THRESHOLDS,
  readLowBalanceThresholds,
  replaceLowBalanceThresholds,
} from "@/lib/low-balance";
import { type Cents, formatCents } from "@/lib/money";
import { invalidField } from "@/lib/platform/errors";
import { customerRoute } from "./route";
import { parseCents, usdInput } from "./schemas/amounts";
import { positiveUsdField } from "./schemas/response-fields";

const thresholdsResponse = z
  .strictObject({
    thresholds_usd: z.array(positiveUsdField("A level of the available balance.", "20.00")).meta({
      description: "Highest first. Empty if the customer is not told.",
      examples: [["20.00", "5.00"]],
    }),
  })
  .meta({
    id: "LowBalanceThresholds",
    description: "The levels of the available balance below which the customer is told.",
  });

const thresholdsBody = z
  .strictObject({
    thresholds_usd: z
      .array(usdInput, { error: "Send a list of amounts. It may be empty." })
      .max(MAX_LOW_BALANCE_THRESHOLDS, `Send at most ${MAX_LOW_BALANCE_THRESHOLDS} thresholds.`)
      .meta({
        description: `Up to ${MAX_LOW_BALANCE_THRESHOLDS} different amounts in whole cents, from 0.01 to 1000000.00.`,
        examples: [["20.00", "5.00"]],
      }),
  })
  .meta({
    id: "LowBalanceThresholdsInput",
    description: "The new levels, which replace the current ones.",
    examples: [{ thresholds_usd: ["20.00", "5.00"] }],
  });

export const getLowBalanceThresholds = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/low-balance-thresholds",
    operationId: "getLowBalanceThresholds",
    tag: "Billing",
    summary: "Get the low-balance thresholds",
    description: "The customer is told once when the available balance falls below one of them.",
    scope: "billing:read",
    response: thresholdsResponse,
  },
  async ({ actor }) => presentThresholds(await readLowBalanceThresholds(actor.customerId)),
);

export const setLowBalanceThresholds = customerRoute(
  {
    method: "PUT",
    path: "/api/v1/billing/low-balance-thresholds",
    operationId: "setLowBalanceThresholds",
    tag: "Billing",
    summary: "Replace the low-balance thresholds",
    description:
      "The customer is told once when the available balance falls below one of them, and again after it has recovered. Send an empty list to turn this off.",
    scope: "billing:write",
    body: thresholdsBody,
    response: thresholdsResponse,
    responseDescription: "The new thresholds.",
  },
  async ({ actor, body }) => {
    await replaceLowBalanceThresholds(actor.customerId, body.thresholds_usd.map(parseThreshold));
    return presentThresholds(await readLowBalanceThresholds(actor.customerId));
  },
);

const MAX_CENTS = 100_000_000n;

function parseThreshold(input: string | number, index: number, all: readonly unknown[]): Cents {
  const field = `thresholds_usd.${index}`;
  const amount = parseCents(field, input);
  if (amount <= 0n || amount > MAX_CENTS)
    throw invalidField(field, "The threshold must be from 0.01 to 1000000.00 US dollars.");
  if (all.slice(0, index).some((other) => parseCents(field, other as string | number) === amount))
    throw invalidField(field, "This threshold is in the list twice.");
  return amount;
}

function presentThresholds(thresholds: readonly Cents[]) {
  return { thresholds_usd: thresholds.map(formatCents) } satisfies z.input<typeof thresholdsResponse>;
}
