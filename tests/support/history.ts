import fc from "fast-check";
import { TRANSFER_KINDS } from "@/lib/ledger";
import { pool } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** One generated transfer of the past. */
export interface PastTransfer {
  kind: "charge" | "refund" | "grant" | "adjustment";
  amountNanos: bigint;
  apiKeyId: string | null;
  at: Date;
}

/** Generates times up to `now`: minutes, hours and days ago, and the boundaries of the last hours. */
export function instantsBefore(now: Date): fc.Arbitrary<Date> {
  const ago = (maxMs: number) => fc.integer({ min: 0, max: maxMs }).map((ms) => now.getTime() - ms);
  const hour = Math.floor(now.getTime() / 3_600_000) * 3_600_000;
  const edge = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(-60_000, -1, 0, 59_999, 60_000))
    .map(([hours, ms]) => hour - hours * 3_600_000 + ms);
  return fc.oneof(ago(300_000), edge, edge, ago(40 * 86_400_000)).map((ms) => new Date(ms));
}

/** Two API key ids in the documented form. */
export const KEY_A = `key_${"a".repeat(26)}`;
export const KEY_B = `key_${"b".repeat(26)}`;

/** Generates transfers up to `now`, in random order. */
export function pastTransfers(now: Date): fc.Arbitrary<PastTransfer> {
  return fc.record({
    kind: fc.constantFrom("charge", "charge", "charge", "refund", "refund", "grant", "adjustment"),
    amountNanos: fc.bigInt({ min: 1n, max: 1_000_000_000_000_000n }),
    apiKeyId: fc.constantFrom(null, KEY_A, KEY_B),
    at: instantsBefore(now),
  });
}

/**
 * Appends transfers with past timestamps. The ledger's functions use the database clock, so this writes valid rows directly,
 * with gapless sequence numbers, and updates the account.
 */
export async function insertPast(customerId: CustomerId, transfers: readonly PastTransfer[]): Promise<void> {
  if (transfers.length === 0) return;
  const column = <T>(pick: (transfer: PastTransfer) => T) => transfers.map(pick);
  await pool().query(
    `WITH account AS (
       UPDATE ledger_account SET last_seq = last_seq + cardinality($2::text[]) WHERE customer_id = $1
       RETURNING last_seq - cardinality($2::text[]) AS before
     )
     INSERT INTO ledger_transfer (customer_id, seq, transfer_id, kind, direction, amount_nanos, balance_after_nanos,
       house_account, source_type, source_id, api_key_id, occurred_at, created_at)
     SELECT $1, before + n,
            CASE kind WHEN 'charge' THEN 'chg_' WHEN 'refund' THEN 'rfd_' ELSE 'trf_' END || lpad((before + n)::text, 26, '0'),
            kind, direction, amount, 0, house, 'past', before + n, key, at, at
     FROM account, unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
       WITH ORDINALITY AS past (kind, direction, house, amount, key, at, n)`,
    [
      customerId,
      column(({ kind }) => kind),
      column(({ kind }) => TRANSFER_KINDS[kind].direction ?? "debit"),
      column(({ kind }) => TRANSFER_KINDS[kind].house),
      column(({ amountNanos }) => amountNanos.toString()),
      column(({ apiKeyId }) => apiKeyId),
      column(({ at }) => at.toISOString()),
    ],
  );
}
