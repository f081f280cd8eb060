import pg from "pg";

/**
 * Defaults of the test databases. Each differs from what Brim and the sandbox need, so that the tests prove that connections
 * set their own. `TEST_ISOLATION=serializable` tests the third isolation level.
 */
const HOSTILE_SETTINGS = {
  TimeZone: "Pacific/Chatham", // UTC+13:45 in November: another day, and not a whole number of hours
  DateStyle: "German, DMY",
  IntervalStyle: "sql_standard",
  bytea_output: "escape",
  extra_float_digits: "-15",
  array_nulls: "off",
  transform_null_equals: "on",
  default_transaction_isolation: process.env.TEST_ISOLATION || "repeatable read",
  work_mem: "64kB",
  lock_timeout: "10ms",
} as const;

/** First in the search path, so that unqualified new tables would be created there. */
const FOREIGN_SCHEMA = "elsewhere";

/** Applies the hostile defaults to a database. */
export async function makeHostile(client: pg.Client, databaseName: string): Promise<void> {
  const database = pg.escapeIdentifier(databaseName);
  const changes = Object.entries(HOSTILE_SETTINGS).map(
    ([name, value]) => `ALTER DATABASE ${database} SET ${name} = ${pg.escapeLiteral(value)};`,
  );
  await client.query(
    `${changes.join(" ")} ALTER DATABASE ${database} SET search_path = ${FOREIGN_SCHEMA}, public`,
  );
}

/** Creates the schema in the search path. Copies of the database have it too. */
export async function createForeignSchema(client: pg.Client): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${FOREIGN_SCHEMA}`);
}
