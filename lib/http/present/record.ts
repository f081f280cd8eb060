import type { z } from "zod";
import type { LedgerRecord } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import type { recordsAnswer } from "../answers/record";
import { type CursorOf, writeCursor } from "../lists/cursor";

/** A page of records as it is sent. Ids that a record does not have are left out. */
export function presentRecords(of: CursorOf, page: Page<LedgerRecord>) {
  return {
    records: page.items.map(presentRecord),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof recordsAnswer>;
}

function presentRecord(record: LedgerRecord) {
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
    // In a refund `charge_id` is ours; anywhere else it is the caller's own word.
    metadata: isRefund ? otherMetadata : record.metadata,
    occurred_at: record.occurredAt.toISOString(),
    created_at: record.createdAt.toISOString(),
  };
}
