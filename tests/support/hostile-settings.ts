import pg from "pg";

/**
 * The tests' databases are set up by somebody else: every setting here differs from what Brim and the sandbox expect, and
 * the first schema of the search path is not theirs. `TEST_ISOLATION=serializable` tries the third level of isolation.
 */
const HOSTILE_SETTINGS = {
  TimeZone: "Pacific/Chatham", // 13:45 hours ahead in November: another day, and not whole hours
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

/** For the search path: unqualified names of new tables would go there. */
const FOREIGN_SCHEMA = "elsewhere";

/** Makes new sessions of a database begin with settings that nobody would choose for Brim. */
export async function makeHostile(client: pg.Client, databaseName: string): Promise<void> {
  const database = pg.escapeIdentifier(databaseName);
  const changes = Object.entries(HOSTILE_SETTINGS).map(
    ([name, value]) => `ALTER DATABASE ${database} SET ${name} = ${pg.escapeLiteral(value)};`,
  );
  await client.query(
    `${changes.join(" ")} ALTER DATABASE ${database} SET search_path = ${FOREIGN_SCHEMA}, public`,
  );
}

/** Adds the schema that the search path names; copies of the database have it, too. */
export async function createForeignSchema(client: pg.Client): Promise<void> {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${FOREIGN_SCHEMA}`);
}
