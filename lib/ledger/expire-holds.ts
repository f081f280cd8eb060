import { reportFailedItem } from "@/lib/platform/alerts";
import { isDatabaseUnavailable, onPool, type Statement } from "@/lib/platform/db";
import { dueItems } from "@/lib/platform/jobs";

interface DueHold {
  customer_id: string;
  hold_id: string;
  expires_at: Date;
}

/** How many holds are read at a time. */
const PAGE = 200;

const FIND_DUE: Statement = {
  name: "ledger_find_due_holds",
  text: `
    SELECT customer_id, hold_id, expires_at FROM ledger_hold
    WHERE status = 'open' AND expires_at <= $1::timestamptz AND coalesce(next_expiry_at <= $1::timestamptz, true)
      AND (expires_at, customer_id, hold_id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3, ''), coalesce($4, ''))
    ORDER BY expires_at, customer_id, hold_id LIMIT $5::int`,
};

const EXPIRE_HOLD: Statement = {
  name: "ledger_expire_hold",
  text: "SELECT outcome, reason FROM ledger_expire_hold($1, $2, $3::timestamptz)",
};

/**
 * Ends every hold that has expired, each in a transaction of its own. A hold that cannot be ended is reported once and tried
 * again later, and does not delay the others. Concurrent sweeps share the work.
 */
export async function expireHolds(now: Date): Promise<{ expired: number; failed: number }> {
  const result = { expired: 0, failed: 0 };
  const busy = new Set<string>(); // customers whose account is locked: their holds wait for the next sweep
  for await (const hold of dueItems<DueHold>((after) => findDue(now, after))) {
    if (busy.has(hold.customer_id)) continue;
    try {
      if (await expireHold(hold, now)) result.expired++;
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        busy.add(hold.customer_id);
        continue;
      }
      result.failed++;
      await reportFailedItem(
        {
          customerId: hold.customer_id,
          kind: "hold_not_expired",
          subjectId: hold.hold_id,
          message: "An expired hold could not be released.",
        },
        error,
      );
    }
  }
  return result;
}

function findDue(now: Date, after: DueHold | null): Promise<DueHold[]> {
  return onPool().run<DueHold>(FIND_DUE, [
    now.toISOString(),
    after?.expires_at.toISOString() ?? null,
    after?.customer_id ?? null,
    after?.hold_id ?? null,
    PAGE.toString(),
  ]);
}

/** @returns false when the hold is being captured, or another sweep ended it */
async function expireHold({ customer_id, hold_id }: DueHold, now: Date): Promise<boolean> {
  const [row] = await onPool().run<{ outcome: string; reason: string | null }>(EXPIRE_HOLD, [
    customer_id,
    hold_id,
    now.toISOString(),
  ]);
  if (row?.outcome === "failed") throw new Error(row.reason ?? "no reason given");
  return row?.outcome === "expired";
}
