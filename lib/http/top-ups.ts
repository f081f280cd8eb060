import { z } from "zod";
import { formatUsd, nanos } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import * as topUps from "@/lib/top-ups";
import { customerRoute } from "./route";
import { type ListScope, listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { pathId } from "./schemas/request-fields";
import {
  formatOptionalCents,
  idField,
  orNull,
  positiveUsdField,
  timeField,
  usdField,
} from "./schemas/response-fields";

const MODES = [...topUps.TOP_UP_MODES, "all"] as const;
export const STATUSES = [...topUps.TOP_UP_STATUSES, ...topUps.AFTERWARDS] as const;

const presentment = z
  .strictObject({
    amount: z
      .int()
      .min(0)
      .nullable()
      .meta({
        description: "The amount in the currency's smallest unit, as the payer saw it.",
        examples: [2350],
      }),
    currency: z
      .string()
      .meta({ description: "The three-letter currency code in lower case.", examples: ["eur"] }),
  })
  .meta({ id: "Presentment", description: "What the payer saw and paid in another currency." });

const failure = z
  .strictObject({
    code: z.string().meta({ description: "Stripe's decline code.", examples: ["insufficient_funds"] }),
    message: z.string().meta({
      description: "A human-readable explanation.",
      examples: ["The card has insufficient funds."],
    }),
  })
  .meta({ id: "PaymentFailure", description: "Why a payment failed." });

/** The fields that link to a top-up's invoice. */
export const invoiceFields = {
  number: z
    .string()
    .nullable()
    .meta({ description: "The invoice number.", examples: ["A1B2C3D4-0001"] }),
  hosted_url: z.url().meta({
    description: "Stripe's page for the invoice.",
    examples: ["https://invoice.stripe.com/i/acct_1/test_a1b2"],
  }),
  pdf_url: z
    .url()
    .nullable()
    .meta({
      description: "The invoice as a PDF.",
      examples: ["https://pay.stripe.com/invoice/acct_1/test_a1b2/pdf"],
    }),
};

const invoice = z
  .strictObject(invoiceFields)
  .meta({ id: "InvoiceLink", description: "The invoice of a top-up." });

const timelineEntry = z
  .strictObject({
    at: timeField("When it happened."),
    what: z.string().meta({ description: "What happened, as a code.", examples: ["credited"] }),
    reference: z
      .string()
      .nullable()
      .meta({ description: "The id of the Stripe object.", examples: ["pi_3QxK2eLkdIwHu7ix0abcd123"] }),
    message: z.string().meta({
      description: "What happened, as a sentence for people.",
      examples: ["The amount was added to your balance."],
    }),
    balance_change_usd: orNull(
      usdField("What it added to the balance, or took from it if negative. Null if nothing.", "25.00"),
    ),
  })
  .meta({ id: "TimelineEntry", description: "An event in the history of a top-up." });

/** The fields of a listed top-up. */
export const topUpFields = {
  topup_intent_id: idField("topUp", "The id of the top-up."),
  status: z.enum(STATUSES).meta({
    description:
      "`open` waits for the payer, `processing` for the bank. `succeeded` was credited. `canceled` was given up, or given back after a review. `disputed`, `refunded` and `partially_refunded` replace `succeeded` when the money is taken or sent back.",
    examples: ["succeeded"],
  }),
  source: z.enum(topUps.TOP_UP_SOURCES).meta({
    description: "`auto` if the saved card was charged because the balance ran low.",
    examples: ["checkout"],
  }),
  mode: z
    .enum(topUps.TOP_UP_MODES)
    .meta({ description: "`setup` saves a card without charging it.", examples: ["payment"] }),
  amount_usd: orNull(positiveUsdField("The amount added to the balance. Null with mode `setup`.", "25.00")),
  tax_usd: orNull(positiveUsdField("The tax on top. Null until known.", "2.00")),
  total_usd: orNull(positiveUsdField("The total paid. Null until known.", "27.00")),
  presentment: presentment.nullable().meta({ description: "Null if the payer paid in US dollars." }),
  failure: failure.nullable().meta({ description: "The last decline, or null." }),
  invoice: invoice.nullable().meta({ description: "Null until there is an invoice." }),
  refunded_usd: positiveUsdField("The amount refunded to the card.", "0.00"),
  created_at: timeField("When the top-up was started."),
  credited_at: orNull(timeField("When the amount was added to the balance. Null before that.")),
};

const topUpResponse = z
  .strictObject({
    ...topUpFields,
    timeline: z
      .array(timelineEntry)
      .meta({ description: "Oldest first. The changes add up to what it did to the balance." }),
  })
  .meta({ id: "TopUp", description: "An attempt to add money or save a card." });

const listedTopUp = z.strictObject(topUpFields).meta({
  id: "ListedTopUp",
  description: "An attempt to add money or save a card, without its timeline.",
});

const topUpListResponse = z
  .strictObject({
    topups: z.array(listedTopUp).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "TopUpList", description: "A page of top-ups." });

const topUpsQuery = z.strictObject({
  mode: z
    .enum(MODES, { error: `Use one of these: ${MODES.join(", ")}.` })
    .default("payment")
    .meta({
      description: "`payment` adds money, `setup` saves a card, `all` returns both.",
      examples: ["payment"],
    }),
  status: z
    .enum(STATUSES, { error: `Use one of these: ${STATUSES.join(", ")}.` })
    .optional()
    .meta({ description: "Return only top-ups with this status.", examples: ["succeeded"] }),
  ...listQuery,
});

export const listTopUps = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups",
    operationId: "listTopUps",
    tag: "Billing",
    summary: "List top-ups, newest first",
    description:
      "Lists every attempt, including failed and expired ones, as last known to us. To check with Stripe and get the timeline, get a single top-up.",
    scope: "billing:read",
    query: topUpsQuery,
    response: topUpListResponse,
  },
  async ({ actor, query: { mode, status, ...page } }) => {
    const scope = { list: "topups", owner: actor.customerId };
    const options = { mode, status, ...readPageRequest(scope, page) };
    return presentTopUps(scope, await topUps.listTopUps(actor.customerId, options));
  },
);

function presentTopUps(scope: ListScope, page: Page<topUps.TopUpIntent>) {
  return {
    topups: page.items.map(presentListedTopUp),
    next_cursor: nextCursor(scope, page),
  } satisfies z.input<typeof topUpListResponse>;
}

export const getTopUp = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/topups/{topup_intent_id}",
    operationId: "getTopUp",
    tag: "Billing",
    summary: "Get a top-up with its timeline",
    description:
      "While the outcome is unknown, this also checks with Stripe, at most every few seconds, so that the customer does not have to wait for a delayed event.",
    params: z.object({ topup_intent_id: pathId("topUp", "top-up") }),
    scope: "billing:read",
    response: topUpResponse,
  },
  async ({ actor, params }) => presentTopUp(await topUps.readTopUp(actor.customerId, params.topup_intent_id)),
);

export function presentTopUp({ intent, timeline }: Pick<topUps.TopUpDetails, "intent" | "timeline">) {
  return {
    ...presentListedTopUp(intent),
    timeline: timeline.map(({ at, what, reference, message, change }) => ({
      at: at.toISOString(),
      what,
      reference,
      message,
      balance_change_usd: change === null ? null : formatUsd(change),
    })),
  } satisfies z.input<typeof topUpResponse>;
}

export function presentListedTopUp(intent: topUps.TopUpIntent) {
  return {
    ...presentPayment(intent),
    mode: intent.mode as topUps.TopUpMode, // guaranteed by a CHECK constraint
    failure: intent.failureCode ? topUps.describeDecline(intent.failureCode) : null,
    invoice: presentInvoiceLink(intent),
  } satisfies z.input<typeof listedTopUp>;
}

/** Presents what a top-up and its invoice have in common. */
export function presentPayment(intent: topUps.TopUpIntent) {
  return {
    topup_intent_id: intent.topUpIntentId,
    status: topUps.shownStatus(intent),
    source: intent.source as topUps.TopUpSource, // guaranteed by a CHECK constraint
    amount_usd: formatOptionalCents(intent.amountCents),
    tax_usd: formatOptionalCents(intent.taxCents),
    total_usd: formatOptionalCents(intent.totalCents),
    presentment: intent.presentmentCurrency
      ? { amount: intent.presentmentAmount, currency: intent.presentmentCurrency }
      : null,
    refunded_usd: formatUsd(nanos(intent.reversedNanos)),
    created_at: intent.createdAt.toISOString(),
    credited_at: intent.creditedAt?.toISOString() ?? null,
  };
}

export function presentInvoiceLink(intent: topUps.TopUpIntent) {
  const { invoiceNumber: number, invoiceHostedUrl: hosted_url, invoicePdfUrl: pdf_url } = intent;
  return hosted_url ? { number, hosted_url, pdf_url } : null;
}
