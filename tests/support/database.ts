import { randomBytes } from "node:crypto";
import pg from "pg";
import { createForeignSchema, makeHostile } from "./hostile-settings";

/** One database of a test. `drop` closes whatever is still connected to it. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Any number that nobody else locks: it makes copies of the template take turns. */
const TEMPLATE_LOCK = 7_306_201;

/**
 * Creates a database on the server that `startTestPostgres` prepared: a copy of the migrated template, or an
 * empty one. A copy takes a fraction of a second: one for each test file, not one for each test.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = requireEnv("TEST_POSTGRES_URL");
  const template = options.empty ? "template0" : requireEnv("TEST_POSTGRES_TEMPLATE");
  const name = newDatabaseName("test");

  await copyDatabase(serverUrl, { from: template, to: name });

  return { url: databaseUrl(serverUrl, name), drop: () => dropDatabase(serverUrl, name) };
}

/** A database name that no other run on the same server uses. */
export function newDatabaseName(purpose: string): string {
  return `brim_${purpose}_${randomBytes(6).toString("hex")}`;
}

/** The address of another database on the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Copies a database. Copies wait for each other, because Postgres refuses a template that is in use. */
export async function copyDatabase(serverUrl: string, names: { from: string; to: string }): Promise<void> {
  await withConnection(serverUrl, async (client) => {
    // The lock belongs to the session, so closing the connection releases it, also after a failure.
    await client.query("SELECT pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    await client.query(`CREATE DATABASE ${quoted(names.to)} TEMPLATE ${quoted(names.from)}`);
    await makeHostile(client, names.to); // settings belong to a database's name: a copy does not get them
  });
  if (names.from === "template0") await withConnection(databaseUrl(serverUrl, names.to), createForeignSchema);
}

/** Closes a database's connections and lets nobody open another: so it can be copied. */
export async function closeToEverybody(serverUrl: string, name: string): Promise<void> {
  await withConnection(serverUrl, async (client) => {
    await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS false`);
    await client.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [
      name,
    ]);
  });
}

/**
 * Makes a database unreachable, as a crash of the server looks from outside: connections break and no new one opens.
 *
 * @returns a function that lets connections in again
 */
export async function takeDatabaseAway(url: string): Promise<() => Promise<void>> {
  const serverUrl = requireEnv("TEST_POSTGRES_URL");
  const name = new URL(url).pathname.slice(1);
  await closeToEverybody(serverUrl, name);
  return () =>
    withConnection(serverUrl, async (client) => {
      await client.query(`ALTER DATABASE ${quoted(name)} ALLOW_CONNECTIONS true`);
    });
}

/** Drops a database together with its open connections; does nothing when it is gone already. */
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
    `${name} is not set: this test needs the global setup in tests/support/postgres-server.ts.`,
  );
}
