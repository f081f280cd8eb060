import { reportFailedItem } from "@/lib/platform/alerts";
import { onPool, type Statement } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { shift, startOf } from "./buckets";

/**
 * How long sums by minute are kept. Cost reports show minutes of the last hour only. Older minutes are rarely asked for, and
 * then the transfers of that hour are read.
 */
const KEEP_DAYS = 7;

/** Sums deleted by one statement. It takes a fraction of a second, so it blocks nobody for long. */
const BATCH = 10_000;

/** Sums deleted in one run, so that the worker can be stopped. The next run continues. */
const RUN = 1_000_000;

/** One index look-up per customer, however many sums there are. */
const FIND_OLD: Statement = {
  name: "usage_find_old_minutes",
  text: `
    SELECT m.customer_id FROM usage_rollup_mark m
    CROSS JOIN LATERAL (
      SELECT FROM usage_rollup r
      WHERE r.customer_id = m.customer_id AND r.grain = 'minute' AND r.bucket_at < $1::timestamptz LIMIT 1
    ) AS old`,
};

/**
 * From here on no sum by minute before $2 is read or written: a roll-up holds this row's lock, so it ends before or sees
 * what stands here. Never moves back.
 */
const MOVE_BEGINNING: Statement = {
  name: "usage_move_minutes",
  text: `
    UPDATE usage_rollup_mark SET minutes_begin_at = $2::timestamptz
    WHERE customer_id = $1 AND coalesce(minutes_begin_at, '-infinity') < $2::timestamptz`,
};

const DELETE_OLD: Statement = {
  name: "usage_delete_minutes",
  text: `
    WITH gone AS (
      DELETE FROM usage_rollup WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM usage_rollup
        WHERE customer_id = $1 AND grain = 'minute' AND bucket_at < $2::timestamptz LIMIT $3::bigint
      )) RETURNING 1
    )
    SELECT count(*)::int AS deleted FROM gone`,
};

/**
 * Deletes the sums by minute that are older than a week; those by hour and by day stay for good. Reads stay exact at any
 * moment of it, beside a roll-up and after a crash: first it is written that the minutes are no longer there. A customer
 * for whom it fails is reported once and does not keep the others waiting.
 *
 * @param options.batch sums a statement
 * @param options.run sums at most in this call
 * @returns how many sums were deleted
 */
export async function pruneUsageMinutes(
  now: Date,
  options: { batch?: number; run?: number } = {},
): Promise<{ deleted: number }> {
  const beginAt = shift("day", startOf("hour", now), -KEEP_DAYS).toISOString();
  const { batch = BATCH, run = RUN } = options;
  const customers = await onPool().run<{ customer_id: CustomerId }>(FIND_OLD, [beginAt]);
  let deleted = 0;
  for (const { customer_id: customerId } of customers) {
    try {
      await onPool().run(MOVE_BEGINNING, [customerId, beginAt]);
      for (let last = batch; last === batch && deleted < run; deleted += last) {
        last = await deleteBatch(customerId, beginAt, batch);
      }
    } catch (error) {
      const message = "The usage of a customer by the minute could not be pruned.";
      await reportFailedItem({ customerId, kind: "usage_not_pruned", subjectId: customerId, message }, error);
    }
    if (deleted >= run) break;
  }
  return { deleted };
}

async function deleteBatch(customerId: CustomerId, beginAt: string, batch: number): Promise<number> {
  const rows = await onPool().run<{ deleted: number }>(DELETE_OLD, [customerId, beginAt, batch.toString()]);
  return rows[0]?.deleted ?? 0;
}
