import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { type LedgerRecord, RECORD_COLUMNS, type RecordRow, recordOf } from "./records";

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
