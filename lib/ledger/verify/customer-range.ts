import type { ClientBase } from "pg";
import { type CustomerCheck, type Finding, type FindingRow, findingOf } from "./finding";

/** One customer, or all with an id after `after` and up to `upTo`. Null means no limit. */
export type CustomerRange = { only: string } | { after: string | null; upTo: string | null };

export const EVERYBODY: CustomerRange = { after: null, upTo: null };

/**
 * Runs a check over a range. It returns only the first row of each customer, because one mistake often breaks thousands.
 *
 * @param limit the maximum number of findings; Infinity for all
 */
export async function runCheck(
  client: ClientBase,
  check: CustomerCheck,
  range: CustomerRange,
  limit: number,
): Promise<Finding[]> {
  const { condition, values } = conditionOf(range);
  const broken = check.sql((table) => `(SELECT * FROM ${table} WHERE ${condition})`);
  const { rows } = await client.query<FindingRow>(
    // MATERIALIZED forces a plan for the whole table. With LIMIT alone, Postgres would expect few rows and fetch one by one.
    `WITH broken AS MATERIALIZED (${broken})
     SELECT DISTINCT ON (customer_id) customer_id, seq::text AS seq, subject_id, message,
            count(*) OVER (PARTITION BY customer_id)::int AS count
     FROM broken
     ORDER BY customer_id, broken.seq, subject_id LIMIT $1::bigint`,
    [Number.isFinite(limit) ? limit : null, ...values],
  );
  return rows.map((row) => findingOf(check.name, row));
}

function conditionOf(range: CustomerRange): { condition: string; values: string[] } {
  if ("only" in range) return { condition: "customer_id = $2", values: [range.only] };
  const bounds = [
    ["customer_id >", range.after],
    ["customer_id <=", range.upTo],
  ] as const;
  const values = bounds.flatMap(([, value]) => (value === null ? [] : [value]));
  const conditions = bounds
    .filter(([, value]) => value !== null)
    .map(([comparison], index) => `${comparison} $${index + 2}`);
  return { condition: conditions.join(" AND ") || "true", values };
}

/** Splits all customers into ranges of about `size`. Rows without an account are in one of them, too. */
export async function* customerRanges(client: ClientBase, size: number): AsyncGenerator<CustomerRange> {
  let after: string | null = null;
  do {
    const upTo = await findLastOfRange(client, after, size);
    yield { after, upTo };
    after = upTo;
  } while (after !== null);
}

async function findLastOfRange(
  client: ClientBase,
  after: string | null,
  size: number,
): Promise<string | null> {
  const { rows } = await client.query<{ customer_id: string }>(
    `SELECT customer_id FROM ledger_account WHERE $1::text IS NULL OR customer_id > $1
     ORDER BY customer_id LIMIT 1 OFFSET $2`,
    [after, size - 1],
  );
  return rows[0]?.customer_id ?? null;
}
