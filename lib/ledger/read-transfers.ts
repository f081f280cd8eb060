import { nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { Direction, TransferKind } from "./kinds";
import type { TransferRecord } from "./queries";

/** Which transfer: always together with its customer, since the key begins with it. */
export interface TransferRef {
  customerId: CustomerId;
  transferId: string;
}

const READ_TRANSFERS: Statement = {
  name: "ledger_read_transfers",
  text: `
    SELECT t.transfer_id, t.seq::text AS seq, t.kind, t.direction, t.amount_nanos::text AS amount,
           t.balance_after_nanos::text AS balance_after, t.source_type, t.source_id, t.description, t.occurred_at, t.created_at
    FROM unnest($1::text[], $2::text[]) AS wanted (customer_id, transfer_id)
    JOIN ledger_transfer t USING (customer_id, transfer_id)`,
};

interface TransferRow {
  transfer_id: string;
  seq: string;
  kind: TransferKind;
  direction: Direction;
  amount: string;
  balance_after: string;
  source_type: string;
  source_id: string;
  description: string | null;
  occurred_at: Date;
  created_at: Date;
}

/** Reads some transfers, of whichever customers, by their ids. */
export async function readTransfers(refs: readonly TransferRef[]): Promise<Map<string, TransferRecord>> {
  const rows = await onPool().run<TransferRow>(READ_TRANSFERS, [
    `{${refs.map(({ customerId }) => customerId).join()}}`,
    `{${refs.map(({ transferId }) => transferId).join()}}`,
  ]);
  return new Map(
    rows.map((row) => [
      row.transfer_id,
      {
        transferId: row.transfer_id,
        seq: BigInt(row.seq),
        kind: row.kind,
        direction: row.direction,
        amount: nanos(BigInt(row.amount)),
        balanceAfter: nanos(BigInt(row.balance_after)),
        source: { type: row.source_type, id: row.source_id },
        description: row.description,
        occurredAt: row.occurred_at,
        createdAt: row.created_at,
      },
    ]),
  );
}
