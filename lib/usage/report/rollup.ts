import { reportFailedItem } from "@/lib/platform/alerts";
import { inTransaction, onPool, type Statement, withTransaction } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";

/** Transfers per transaction. It takes a fraction of a second, so a crash loses little work. */
const CHUNK = 50_000;

/** A customer with fewer new transfers is skipped: reading these from the ledger costs less than updating the sums. */
const WORTHWHILE = 100;

const FIND_BEHIND: Statement = {
  name: "usage_find_behind",
  text: `
    SELECT a.customer_id FROM ledger_account a LEFT JOIN usage_rollup_mark m USING (customer_id)
    WHERE a.last_seq - coalesce(m.seq, 0) >= $1::bigint
      AND coalesce(m.next_try_at <= clock_timestamp(), true)`,
};

/** Commits before an attempt: if that fails or the process dies, the customer is skipped until then. */
const PLAN_NEXT_TRY: Statement = {
  name: "usage_plan_next_try",
  text: `
    INSERT INTO usage_rollup_mark (customer_id, seq, next_try_at) VALUES ($1, 0, clock_timestamp() + interval '10 minutes')
    ON CONFLICT (customer_id) DO UPDATE SET next_try_at = excluded.next_try_at`,
};

const FORGET_PLAN: Statement = {
  name: "usage_forget_plan",
  text: "UPDATE usage_rollup_mark SET next_try_at = NULL WHERE customer_id = $1",
};

/** Creates the customer's mark or locks the existing one, so that concurrent sweeps take turns. */
const LOCK_MARK: Statement = {
  name: "usage_lock_mark",
  text: `
    INSERT INTO usage_rollup_mark (customer_id, seq) VALUES ($1, 0)
    ON CONFLICT (customer_id) DO UPDATE SET seq = usage_rollup_mark.seq`,
};

/**
 * Adds the next transfers to the sums and moves the mark behind them. Must come after the lock, as a statement of its
 * own: its snapshot is then newer than whatever the last holder wrote.
 *
 * A number is given out under the lock of the account's row, so the transfers that are seen have no gaps up to the
 * account's `last_seq` in the same snapshot: none can appear below the mark later.
 */
const ADD_NEXT: Statement = {
  name: "usage_add_next",
  text: `
    WITH span AS (
      SELECT m.seq AS after_seq, least(a.last_seq, m.seq + $2::bigint) AS last_seq, m.minutes_begin_at
      FROM usage_rollup_mark m JOIN ledger_account a USING (customer_id)
      WHERE m.customer_id = $1
    ), minutes AS MATERIALIZED (
      SELECT date_trunc('minute', created_at, 'UTC') AS bucket_at, kind, coalesce(api_key_id, '') AS api_key_id,
             -- Only an adjustment goes both ways: its sum is what it added.
             sum(CASE WHEN kind = 'adjustment' AND direction = 'debit' THEN -amount_nanos ELSE amount_nanos END) AS amount,
             count(*) AS count, min(seq) AS first_seq, max(seq) AS last_seq
      FROM ledger_transfer
      WHERE customer_id = $1
        AND seq > (SELECT after_seq FROM span) AND seq <= (SELECT last_seq FROM span)
      GROUP BY 1, 2, 3
    ), sums AS (
      SELECT 'minute' AS grain, bucket_at, kind, api_key_id, amount, count, NULL::bigint AS first_seq, NULL::bigint AS last_seq
      -- Nobody reads a minute that was pruned.
      FROM minutes WHERE bucket_at >= (SELECT coalesce(minutes_begin_at, '-infinity') FROM span)
      UNION ALL
      SELECT 'hour', date_trunc('hour', bucket_at, 'UTC'), kind, api_key_id, sum(amount), sum(count), min(first_seq), max(last_seq)
      FROM minutes GROUP BY 2, 3, 4
      UNION ALL
      SELECT 'day', date_trunc('day', bucket_at, 'UTC'), kind, api_key_id, sum(amount), sum(count), NULL, NULL
      FROM minutes GROUP BY 2, 3, 4
    ), added AS (
      INSERT INTO usage_rollup (customer_id, grain, bucket_at, kind, api_key_id, amount_nanos, count, first_seq, last_seq)
      SELECT $1, grain, bucket_at, kind, api_key_id, amount::bigint, count::bigint, first_seq, last_seq FROM sums
      ON CONFLICT (customer_id, grain, bucket_at, kind, api_key_id) DO UPDATE
      SET amount_nanos = usage_rollup.amount_nanos + excluded.amount_nanos, count = usage_rollup.count + excluded.count,
          first_seq = least(usage_rollup.first_seq, excluded.first_seq), last_seq = greatest(usage_rollup.last_seq, excluded.last_seq)
    )
    UPDATE usage_rollup_mark m SET seq = span.last_seq FROM span
    WHERE m.customer_id = $1 AND span.last_seq > span.after_seq
    RETURNING (span.last_seq - span.after_seq)::text AS moved`,
};

/**
 * Brings the sums of usage up to the ledger, customer by customer. Sums and mark change in one transaction, so that a
 * crash, a second run and one at the same time neither count a transfer twice nor lose one.
 *
 * @param options.chunk transfers a transaction
 * @param options.worthwhile how many new transfers a customer must have to be visited
 * Each customer stands alone: one whose usage cannot be summed is reported once and tried again after ten minutes; its reads
 * stay exact without it.
 *
 * @returns how many transfers were added, and for how many customers it failed
 */
export async function rollUpUsage(
  options: { chunk?: number; worthwhile?: number } = {},
): Promise<{ added: bigint; failed: number }> {
  const behind = await onPool().run<{ customer_id: CustomerId }>(FIND_BEHIND, [
    (options.worthwhile ?? WORTHWHILE).toString(),
  ]);
  const result = { added: 0n, failed: 0 };
  for (const { customer_id: customerId } of behind) {
    try {
      await onPool().run(PLAN_NEXT_TRY, [customerId]);
      result.added += await catchUp(customerId, BigInt(options.chunk ?? CHUNK));
      await onPool().run(FORGET_PLAN, [customerId]);
    } catch (error) {
      result.failed++;
      await reportFailedItem(
        {
          customerId,
          kind: "usage_not_summed",
          subjectId: customerId,
          message: "The usage of a customer could not be summed.",
        },
        error,
      );
    }
  }
  return result;
}

async function catchUp(customerId: CustomerId, chunk: bigint): Promise<bigint> {
  for (let added = 0n; ; ) {
    const moved = await addNext(customerId, chunk);
    added += moved;
    if (moved < chunk) return added;
  }
}

function addNext(customerId: CustomerId, chunk: bigint): Promise<bigint> {
  return withTransaction(async (tx) => {
    const db = inTransaction(tx);
    await db.run(LOCK_MARK, [customerId]);
    const rows = await db.run<{ moved: string }>(ADD_NEXT, [customerId, chunk.toString()]);
    return BigInt(rows[0]?.moved ?? 0);
  });
}
