import { type Nanos, nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";
import type { Direction, TransferKind } from "./kinds";

/** A transfer as it is shown to its customer. */
export interface TransferRecord {
  transferId: string;
  seq: bigint;
  kind: TransferKind;
  direction: Direction;
  amount: Nanos;
  balanceAfter: Nanos;
  source: { type: string; id: string };
  description: string | null;
  occurredAt: Date;
  createdAt: Date;
}

/** A transfer with everything that its customer may see of it. */
export interface LedgerRecord extends TransferRecord {
  apiKeyId: ApiKeyId | null;
  metadata: Record<string, string>;
}

/** One page of records, newest first. */
export interface RecordPage {
  records: LedgerRecord[];
  /** What to ask for as `before` to read on; null on the last page. */
  nextBefore: bigint | null;
}

/** The columns that `recordOf` reads. */
const RECORD_COLUMNS = `seq::text AS seq, transfer_id, kind, direction, amount_nanos::text AS amount,
  balance_after_nanos::text AS balance_after, source_type, source_id, description, metadata, api_key_id,
  occurred_at, created_at`;

/** All kinds, or some of them with the charges: nearly every row counts, so the primary key is walked backwards. */
export const LIST_RECORDS: Statement = {
  name: "ledger_list_records",
  text: `
    SELECT ${RECORD_COLUMNS} FROM ledger_transfer
    WHERE customer_id = $1 AND seq < $2::bigint AND ($4::text[] IS NULL OR kind = ANY ($4::text[]))
    ORDER BY ledger_transfer.seq DESC LIMIT $3::int`,
};

/**
 * Kinds that may be few among millions of charges. Each kind gives its newest from the index of rare kinds, which holds
 * no charges; the newest of all of them are the page. The condition on `charge` only tells the planner that it may.
 */
export const LIST_RARE_RECORDS: Statement = {
  name: "ledger_list_rare_records",
  text: `
    SELECT page.* FROM unnest($4::text[]) AS wanted (kind)
    CROSS JOIN LATERAL (
      SELECT ${RECORD_COLUMNS}, t.seq AS position FROM ledger_transfer t
      WHERE t.customer_id = $1 AND t.kind = wanted.kind AND t.kind <> 'charge' AND t.seq < $2::bigint
      ORDER BY t.seq DESC LIMIT $3::int
    ) AS page
    ORDER BY page.position DESC LIMIT $3::int`,
};

/** Above every `seq`: where reading begins. */
const NEWEST = 9_223_372_036_854_775_807n;

/** A transfer as the database answers it. */
interface RecordRow {
  seq: string;
  transfer_id: string;
  kind: TransferKind;
  direction: Direction;
  amount: string;
  balance_after: string;
  source_type: string;
  source_id: string;
  description: string | null;
  metadata: Record<string, string>;
  api_key_id: ApiKeyId | null;
  occurred_at: Date;
  created_at: Date;
}

/**
 * Lists a customer's transfers, newest first. Pages hang on `seq`, which never changes and only grows: rows that are
 * added while somebody reads on move nothing.
 *
 * @param options.kinds only these; all when left out
 * @param options.before only transfers with a smaller `seq`
 * @param options.limit how many at most
 */
export async function listRecords(
  customerId: CustomerId,
  options: { kinds?: readonly TransferKind[]; before?: bigint; limit: number },
): Promise<RecordPage> {
  const kinds = options.kinds && [...new Set(options.kinds)];
  const statement = kinds && !kinds.includes("charge") ? LIST_RARE_RECORDS : LIST_RECORDS;
  const rows = await onPool().run<RecordRow>(statement, [
    customerId,
    (options.before ?? NEWEST).toString(),
    (options.limit + 1).toString(), // one more tells whether there is a next page
    kinds ? `{${kinds.join()}}` : null,
  ]);
  const records = rows.slice(0, options.limit).map(recordOf);
  return { records, nextBefore: rows.length > options.limit ? (records.at(-1)?.seq ?? null) : null };
}

/** Which transfer: always together with its customer, since the key begins with it. */
export interface TransferRef {
  customerId: CustomerId;
  transferId: string;
}

const READ_TRANSFERS: Statement = {
  name: "ledger_read_transfers",
  text: `
    SELECT ${RECORD_COLUMNS}
    FROM unnest($1::text[], $2::text[]) AS wanted (customer_id, transfer_id)
    JOIN ledger_transfer t USING (customer_id, transfer_id)`,
};

/** Reads some transfers, of whichever customers, by their ids. */
export async function readTransfers(refs: readonly TransferRef[]): Promise<Map<string, LedgerRecord>> {
  const rows = await onPool().run<RecordRow>(READ_TRANSFERS, [
    `{${refs.map(({ customerId }) => customerId).join()}}`,
    `{${refs.map(({ transferId }) => transferId).join()}}`,
  ]);
  return new Map(rows.map((row) => [row.transfer_id, recordOf(row)]));
}

function recordOf(row: RecordRow): LedgerRecord {
  return {
    transferId: row.transfer_id,
    seq: BigInt(row.seq),
    kind: row.kind,
    direction: row.direction,
    amount: nanos(BigInt(row.amount)),
    balanceAfter: nanos(BigInt(row.balance_after)),
    source: { type: row.source_type, id: row.source_id },
    description: row.description,
    metadata: row.metadata,
    apiKeyId: row.api_key_id,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
  };
}
