import { pool } from "@/lib/platform/db";

/** Written by refused requests too, and no part of what the product remembers. */
const IGNORED_TABLES = ["public._prisma_migrations", "public.rate_limit_count", "public.worker_heartbeat"];

/** When a key was last used is told to people, and a refused request is a use. */
const IGNORED_COLUMN = "last_used_at";

/** A fingerprint of what every table of the database holds, by the table's name. Equal ones mean that no row has changed. */
export async function digestTables(): Promise<Record<string, string>> {
  // Prepared: a test asks thousands of times, and to plan it takes longer than to run it on small tables.
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

/** Asks the database which tables there are, so that a new one is watched from its first day. */
async function buildStatement(): Promise<string> {
  const { rows } = await pool().query<{ name: string; quoted: string }>(`
    SELECT format('%s.%s', table_schema, table_name) AS name, format('%I.%I', table_schema, table_name) AS quoted
    FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY 1`);
  return rows
    .filter(({ name }) => !IGNORED_TABLES.includes(name))
    .map(
      ({ name, quoted }) => `
        SELECT '${name}' AS name, count(*) || ':' ||
          coalesce(sum(hashtextextended((to_jsonb(line) - '${IGNORED_COLUMN}')::text, 0)::numeric), 0) AS digest
        FROM ${quoted} AS line`,
    )
    .join(" UNION ALL ");
}

/** Waits until nothing moves any more, such as a late notification, so that a change later on is a request's own doing. */
export async function settledDigest(): Promise<Record<string, string>> {
  let last = await digestTables();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await digestTables();
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}
