import { pool } from "@/lib/platform/db";
import type { RunningBrim } from "./brim";

/** Tables that rejected requests also write, and that hold no product data. */
const IGNORED_TABLES = ["public._prisma_migrations", "public.rate_limit_count", "public.worker_heartbeat"];

/** Columns that rejected requests also update: a rejected request counts as a use of the key. */
const IGNORED_COLUMN = "last_used_at";

/** Returns a digest of every table by name. Equal digests mean that no row has changed. */
export async function digestTables(): Promise<Record<string, string>> {
  // Prepared, because tests run it thousands of times and planning takes longer than running it on small tables.
  const { rows } = await pool().query<{ name: string; digest: string }>({
    name: "digest tables",
    text: await digestStatement(),
  });
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

let statement: Promise<string> | undefined;

function digestStatement(): Promise<string> {
  statement ??= buildStatement();
  return statement;
}

/** Builds the statement from the catalog, so that new tables are included automatically. */
async function buildStatement(): Promise<string> {
  const { rows } = await pool().query<{ name: string; quoted: string; columns: string }>(`
    SELECT format('%s.%s', table_schema, table_name) AS name, format('%I.%I', table_schema, table_name) AS quoted,
      string_agg(format('%I', column_name), ', ' ORDER BY ordinal_position) AS columns
    FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
      AND column_name <> '${IGNORED_COLUMN}'
    GROUP BY table_schema, table_name
    ORDER BY 1`);
  return rows
    .filter(({ name }) => !IGNORED_TABLES.includes(name))
    .map(
      ({ name, quoted, columns }) => `
        SELECT '${name}' AS name, count(*) || ':' ||
          coalesce(sum(hashtextextended(ROW(${columns})::text, 0)::numeric), 0) AS digest
        FROM ${quoted}`,
    )
    .join(" UNION ALL ");
}

/**
 * Waits until every webhook was answered and the database stops changing, and returns the digest. The second wait is for
 * requests whose connection was closed before their response.
 */
export async function settledDigest(brim: RunningBrim): Promise<Record<string, string>> {
  let last = await digestTables();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await deliveriesFinished(brim);
    const now = await digestTables();
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}

async function deliveriesFinished(brim: RunningBrim): Promise<void> {
  for (;;) {
    const { data } = await brim.control("/deliveries", undefined, "GET");
    if ((data as { state: string }[]).every(({ state }) => state !== "pending")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
