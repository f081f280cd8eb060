import { z } from "zod";
import * as ledger from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import { customerRoute } from "./route";
import { type ListScope, listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import { exampleId, idField, positiveUsdField, timeField, usdField } from "./schemas/response-fields";

const TYPES = Object.keys(ledger.TRANSFER_KINDS) as [ledger.TransferKind, ...ledger.TransferKind[]];
const anyType = TYPES.join("|");

const recordsQuery = z.strictObject({
  type: z
    .string({ error: "Send this parameter once. Separate several types with commas." })
    .regex(
      new RegExp(`^(${anyType})(,(${anyType}))*$`),
      `Use one or more of these, separated by commas: ${TYPES.join(", ")}.`,
    )
    .optional()
    .meta({
      description: "Return only records of these types, separated by commas. Defaults to all types.",
      asParameter: {
        type: "array",
        items: { type: "string", enum: TYPES },
        examples: [["credit", "refund"]],
      },
    }),
  ...listQuery,
});

const recordResponse = z
  .strictObject({
    record_id: z
      .string()
      .regex(/^(trf|chg|rfd)_[0-9a-hjkmnp-tv-z]{26}$/)
      .meta({
        description: "The id of the record. For a charge, it is the `charge_id`.",
        examples: [exampleId("charge")],
      }),
    type: z.enum(TYPES).meta({
      description:
        "`credit` is a top-up, `refund` a charge returned to the balance, `stripe_refund` a top-up refunded to the card.",
      examples: ["charge"],
    }),
    direction: z
      .enum(ledger.DIRECTIONS)
      .meta({ description: "A credit raises the balance; a debit lowers it.", examples: ["debit"] }),
    amount_usd: positiveUsdField(
      "The amount. `direction` tells whether it was added or subtracted.",
      "0.0375",
    ),
    balance_after_usd: usdField("The balance after the record.", "24.9625"),
    description: z
      .string()
      .nullable()
      .meta({ description: "The description that was sent with it.", examples: ["1,250 tokens of text"] }),
    topup_intent_id: idField("topUp", "The top-up of a `credit`.").optional(),
    charge_id: idField("charge", "The charge itself, or the charge that a `refund` returns.").optional(),
    hold_id: idField("hold", "The hold that the charge was captured from.").optional(),
    api_key_id: idField("apiKey", "The API key that made the request.").optional(),
    metadata: z
      .record(z.string(), z.string())
      .meta({ description: "The metadata that was sent with it.", examples: [{ model: "small" }] }),
    occurred_at: timeField("When it happened. A payment may be older than its record."),
    created_at: timeField("When it was recorded."),
  })
  .meta({ id: "Record", description: "A change of a balance. Records are never changed or deleted." });

const recordListResponse = z
  .strictObject({
    records: z.array(recordResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "RecordList", description: "A page of records." });

export const listRecords = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/records",
    operationId: "listRecords",
    tag: "Billing",
    summary: "List all changes of the balance, newest first",
    description:
      "Lists top-ups, charges, refunds and everything else that changed the balance, with the balance after each. Records are never changed, and records added while you page through the list do not shift it.",
    scope: "billing:read",
    query: recordsQuery,
    response: recordListResponse,
  },
  async ({ actor, query }) => {
    const scope = { list: "records", owner: actor.customerId };
    const page = await ledger.listRecords(actor.customerId, {
      ...readPageRequest(scope, query),
      kinds: query.type?.split(",") as ledger.TransferKind[] | undefined, // checked by the pattern
    });
    return presentRecords(scope, page);
  },
);

function presentRecords(scope: ListScope, page: Page<ledger.LedgerRecord>) {
  return {
    records: page.items.map(presentRecord),
    next_cursor: nextCursor(scope, page),
  } satisfies z.input<typeof recordListResponse>;
}

/** Presents a record. Ids that it does not have are omitted. */
function presentRecord(record: ledger.LedgerRecord) {
  const { charge_id: refundedChargeId, ...otherMetadata } = record.metadata;
  const isRefund = record.kind === "refund";
  return {
    record_id: record.transferId,
    type: record.kind,
    direction: record.direction,
    amount_usd: formatUsd(record.amount),
    balance_after_usd: formatUsd(record.balanceAfter),
    description: record.description,
    topup_intent_id: record.kind === "credit" ? record.source.id : undefined,
    charge_id: isRefund ? refundedChargeId : record.kind === "charge" ? record.transferId : undefined,
    hold_id: record.source.type === "hold" ? record.source.id : undefined,
    api_key_id: record.apiKeyId ?? undefined,
    // In a refund we set `charge_id` ourselves; anywhere else it belongs to the caller.
    metadata: isRefund ? otherMetadata : record.metadata,
    occurred_at: record.occurredAt.toISOString(),
    created_at: record.createdAt.toISOString(),
  };
}
