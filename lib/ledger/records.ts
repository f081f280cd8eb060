import { type Nanos, nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { ApiKeyId, CustomerId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import type { Direction, TransferKind } from "./kinds";

/** A transfer as its customer sees it. */
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

/** The columns that `recordOf` reads. */
const RECORD_COLUMNS = `seq::text AS seq, transfer_id, kind, direction, amount_nanos::text AS amount,
  balance_after_nanos::text AS balance_after, source_type, source_id, description, metadata, api_key_id,
  occurred_at, created_at`;

/** For all kinds, or a selection with charges: nearly every row matches, so the primary key is scanned backwards. */
export const LIST_RECORDS: Statement = {
  name: "ledger_list_records",
  text: `
    SELECT ${RECORD_COLUMNS} FROM ledger_transfer
    WHERE customer_id = $1 AND seq < $2::bigint AND ($4::text[] IS NULL OR kind = ANY ($4::text[]))
    ORDER BY ledger_transfer.seq DESC LIMIT $3::int`,
};

/**
 * For kinds that may be rare among millions of charges. The newest of each kind come from the index of rare kinds, which has
 * no charges; the newest of those are the page. The condition on `charge` lets the planner use that index.
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

/** Above every `seq`: where the first page begins. */
const NEWEST = "9223372036854775807";

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
 * Lists a customer's transfers, newest first. Their position is `seq`, which never changes and only grows.
 * @param options.kinds only these kinds; all by default
 */
export function listRecords(
  customerId: CustomerId,
  { kinds, ...request }: PageRequest & { kinds?: readonly TransferKind[] | undefined },
): Promise<Page<LedgerRecord>> {
  const wanted = kinds && [...new Set(kinds)];
  const statement = wanted && !wanted.includes("charge") ? LIST_RARE_RECORDS : LIST_RECORDS;
  return readPage(
    request,
    async (take, before = NEWEST) => {
      const parameters = [customerId, before, take.toString(), wanted ? `{${wanted.join()}}` : null];
      return (await onPool().run<RecordRow>(statement, parameters)).map(recordOf);
    },
    ({ seq }) => seq.toString(),
  );
}

/** A transfer and its customer, with whom the primary key begins. */
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

/** Reads transfers of any customers by id. */
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
