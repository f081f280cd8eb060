import { type Nanos, nanos, ZERO } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";
import type { Span } from "./buckets";
import { SPENDING_KINDS, SPENDING_ROWS, type SpendingKind, spendingValues } from "./spending";

/** Count and amount of one kind of spending. */
export interface UsageTotal {
  kind: SpendingKind;
  count: bigint;
  /** Never negative: for refunds it is the amount refunded. */
  amount: Nanos;
}

/** What one API key spent; null for spending without a key. */
export interface KeyTotal extends UsageTotal {
  apiKeyId: ApiKeyId | null;
}

/** Spending in a span, in total and by API key. */
export interface UsageTotals {
  /** Always has both kinds, even without any spending. */
  totals: UsageTotal[];
  /** Only keys with spending. */
  byKey: KeyTotal[];
}

export const USAGE_TOTALS: Statement = {
  name: "usage_totals",
  text: `
    SELECT kind, api_key_id, sum(count)::text AS count, sum(amount)::text AS amount
    FROM (${SPENDING_ROWS}) AS spending
    GROUP BY kind, api_key_id ORDER BY api_key_id, kind`,
};

interface TotalRow {
  kind: SpendingKind;
  api_key_id: ApiKeyId | "";
  count: string;
  amount: string;
}

/** Sums what a customer spent in a span of whole minutes, by the time of posting. Always exact. */
export async function readUsageTotals(customerId: CustomerId, span: Span): Promise<UsageTotals> {
  const rows = await onPool().run<TotalRow>(USAGE_TOTALS, spendingValues(customerId, span, "day"));
  const byKey = rows.map((row) => ({
    apiKeyId: row.api_key_id || null,
    kind: row.kind,
    count: BigInt(row.count),
    amount: nanos(BigInt(row.amount)),
  }));
  return { totals: SPENDING_KINDS.map((kind) => totalOf(kind, byKey)), byKey };
}

function totalOf(kind: SpendingKind, byKey: readonly KeyTotal[]): UsageTotal {
  const total = { kind, count: 0n, amount: ZERO };
  for (const one of byKey) {
    if (one.kind !== kind) continue;
    total.count += one.count;
    total.amount = nanos(total.amount + one.amount);
  }
  return total;
}
