import { displayUsd, type Nanos } from "@/lib/money";
import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import type { Reversal } from "@/lib/reversals";

/** A transfer that says that money moved at Stripe. */
export interface StripeTransfer {
  customerId: CustomerId;
  transferId: string;
  kind: string;
  amountNanos: bigint;
  sourceId: string;
  /** For a credit, the payment of its top-up; null when there is none. */
  paymentIntentId: string | null;
}

const COLUMNS = `
  t.customer_id, t.transfer_id, t.kind, t.amount_nanos::text AS amount_nanos, t.source_id,
  i.stripe_payment_intent_id AS payment_intent_id
  FROM ledger_transfer t
  LEFT JOIN topup_intent i ON t.kind = 'credit' AND i.customer_id = t.customer_id AND i.topup_intent_id = t.source_id`;

/** The kinds have an index of their own. */
const IN_WINDOW: Statement = {
  name: "reconciliation_transfers",
  text: `
    SELECT ${COLUMNS}
    WHERE t.kind IN ('credit', 'stripe_refund', 'stripe_refund_reversal', 'dispute', 'dispute_reversal')
      AND t.created_at >= $1::timestamptz AND t.created_at < $2::timestamptz
    ORDER BY t.created_at, t.customer_id, t.seq`,
};

const BY_ID: Statement = {
  name: "reconciliation_transfer",
  text: `SELECT ${COLUMNS} WHERE t.customer_id = $1 AND t.transfer_id = $2`,
};

interface Row {
  customer_id: string;
  transfer_id: string;
  kind: string;
  amount_nanos: string;
  source_id: string;
  payment_intent_id: string | null;
}

/** Reads the transfers of top-ups, refunds and disputes that were posted in a time, oldest first. */
export async function listStripeTransfers(from: Date, to: Date): Promise<StripeTransfer[]> {
  const rows = await onPool().run<Row>(IN_WINDOW, [from.toISOString(), to.toISOString()]);
  return rows.map(transferOf);
}

/** Reads one transfer; null when it does not exist. */
export async function findStripeTransfer(
  customerId: string,
  transferId: string,
): Promise<StripeTransfer | null> {
  const [row] = await onPool().run<Row>(BY_ID, [customerId, transferId]);
  return row ? transferOf(row) : null;
}

function transferOf(row: Row): StripeTransfer {
  return {
    customerId: row.customer_id as CustomerId,
    transferId: row.transfer_id,
    kind: row.kind,
    amountNanos: BigInt(row.amount_nanos),
    sourceId: row.source_id,
    paymentIntentId: row.payment_intent_id,
  };
}

const HAS_CREDIT: Statement = {
  name: "reconciliation_has_credit",
  text: `
    SELECT 1 AS one FROM ledger_transfer
    WHERE customer_id = $1 AND source_type = 'topup' AND source_id = $2 AND kind = 'credit' AND source_type <> 'charge'`,
};

/** Whether a top-up has its credit in the ledger. */
export async function hasCredit(customerId: string, topUpIntentId: string): Promise<boolean> {
  return (await onPool().run(HAS_CREDIT, [customerId, topUpIntentId])).length > 0;
}

/** One statement, so that a refund or dispute that is being settled at the same time is not taken for a difference. */
const REVERSAL_AND_TRANSFERS: Statement = {
  name: "reconciliation_reversal_and_transfers",
  text: `
    SELECT r.applied_nanos::text AS applied, coalesce(t.posted, 0)::text AS posted
    FROM reversal r, LATERAL (
      SELECT sum(CASE direction WHEN 'debit' THEN amount_nanos ELSE -amount_nanos END) AS posted
      FROM ledger_transfer
      WHERE customer_id = $1 AND source_type = $2 AND source_id = $3 AND source_type <> 'charge'
    ) t
    WHERE r.customer_id = $1 AND r.source_type = $2 AND r.source_id = $3`,
};

/**
 * Compares what a refund or dispute says that it took from the balance with its transfers.
 *
 * @returns a sentence with the difference; null when there is none
 */
export async function describeWrongTransfers(reversal: Reversal): Promise<string | null> {
  const { customerId, sourceType, sourceId } = reversal;
  const [row] = await onPool().run<{ applied: string; posted: string }>(REVERSAL_AND_TRANSFERS, [
    customerId,
    sourceType,
    sourceId,
  ]);
  if (!row || row.applied === row.posted) return null;
  const [applied, posted] = [row.applied, row.posted].map((nanos) => displayUsd(BigInt(nanos) as Nanos));
  return `${applied} count as taken back for ${sourceId}, but its transfers add up to ${posted}.`;
}
