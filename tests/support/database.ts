import { randomBytes } from "node:crypto";
import pg from "pg";
import { createForeignSchema, makeHostile } from "./hostile-settings";

/** A test's database. `drop` closes any remaining connections. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Advisory lock that serializes copies of the template. */
const TEMPLATE_LOCK = 7_306_201;

/**
 * Creates a database on the server of `startTestPostgres`: a copy of the migrated template, or an empty one. A copy takes a
 * fraction of a second, so create one per test file, not per test.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = requireEnv("TEST_POSTGRES_URL");
  const template = options.empty ? "template0" : requireEnv("TEST_POSTGRES_TEMPLATE");
  const name = newDatabaseName("test");

  await copyDatabase(serverUrl, { from: template, to: name });

  return { url: databaseUrl(serverUrl, name), drop: () => dropDatabase(serverUrl, name) };
}

/** Returns a unique database name. */
export function newDatabaseName(purpose: string): string {
  return `brim_${purpose}_${randomBytes(6).toString("hex")}`;
}

/** Returns the URL of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Copies a database. Copies are serialized, because Postgres cannot copy a template that is in use. */
export async function copyDatabase(serverUrl: string, names: { from: string; to: string }): Promise<void> {
  await withConnection(serverUrl, async (client) => {
    // A session lock: closing the connection releases it, even after a failure.
    await client.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    const { rows } = await client.query(
      "SELECT current_setting('server_version_num')::int >= 150000 AS can_copy",
    );
    // Copying the files takes less than half the time of logging their contents.
    const strategy = rows[0].can_copy ? "STRATEGY FILE_COPY" : "";
    await client.query(`CREATE DATABASE ${quoted(names.to)} TEMPLATE ${quoted(names.from)} ${strategy}`);
    await makeHostile(client, names.to); // a copy does not inherit the settings of its template
  });
  if (names.from === "template0") await withConnection(databaseUrl(serverUrl, names.to), createForeignSchema);
}

/** Closes a database's connections and prevents new ones, so that it can be copied. */
export async function blockConnections(serverUrl: string, name: string): Promise<void> {
  await withConnection(serverUrl, async (client) => {
    await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS false`);
    await client.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [
      name,
    ]);
  });
}

/**
 * Simulates a crash of the database: closes its connections and prevents new ones.
 *
 * @returns a function that allows connections again
 */
export async function blockDatabase(url: string): Promise<() => Promise<void>> {
  const serverUrl = requireEnv("TEST_POSTGRES_URL");
  const name = new URL(url).pathname.slice(1);
  await blockConnections(serverUrl, name);
  return () =>
    withConnection(serverUrl, async (client) => {
      await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS true`);
    });
}

/** Drops a database and closes its connections. Does nothing if it does not exist. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withConnection(serverUrl, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`),
  );
}

async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

function requireEnv(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. This test needs the global setup in tests/support/postgres-server.ts.`,
  );
}
