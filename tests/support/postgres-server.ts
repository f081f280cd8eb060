import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "local-postgres";
import { applyMigrations } from "@/lib/platform/migrations";
import { blockConnections, copyDatabase, databaseUrl, dropDatabase, newDatabaseName } from "./database";

/** The Postgres server of a test run. `stop` also drops the run's databases. */
export interface TestPostgres {
  readonly serverUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server with a migrated template for `createTestDatabase`. Sets `TEST_POSTGRES_URL` and
 * `TEST_POSTGRES_TEMPLATE`, which worker processes inherit.
 *
 * If `TEST_POSTGRES_URL` is already set, uses that server. Its role must be allowed to create databases.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const server = await findOrStartServer();
  const template = newDatabaseName("template");
  const stop = async () => {
    await dropDatabase(server.url, template).catch(() => undefined); // our own server may have stopped already
    await server.stop();
  };

  try {
    await copyDatabase(server.url, { from: "template0", to: template });
    await applyMigrations({ databaseUrl: databaseUrl(server.url, template) });
    await blockConnections(server.url, template);
  } catch (error) {
    await stop();
    throw error;
  }

  process.env.TEST_POSTGRES_URL = server.url;
  process.env.TEST_POSTGRES_TEMPLATE = template;
  return { serverUrl: server.url, stop };
}

async function findOrStartServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) return { url: given, stop: async () => undefined };

  // The folder must not exist yet: the server may run as another user, who must own it.
  const dataDir = join(tmpdir(), `brim-test-postgres-${randomBytes(6).toString("hex")}`);
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removeData); // Ctrl-C skips the teardown; the server then stops itself

  return {
    url: server.url("postgres"),
    stop: async () => {
      await server.stop();
      removeData();
      process.off("exit", removeData);
      delete process.env.TEST_POSTGRES_URL; // otherwise a second run in this process would use the stopped server
    },
  };
}

/** On globalThis, because vitest loads this module once per project. */
const shared = globalThis as typeof globalThis & {
  brimTestPostgres?: { users: number; server: Promise<TestPostgres> };
};

/** Called by vitest before the tests of each project. All projects share one server. */
export async function setup(): Promise<void> {
  shared.brimTestPostgres ??= { users: 0, server: startTestPostgres() };
  shared.brimTestPostgres.users += 1;
  await shared.brimTestPostgres.server;
}

/** Called by vitest after the tests of each project. */
export async function teardown(): Promise<void> {
  const running = shared.brimTestPostgres;
  if (!running) return;
  running.users -= 1;
  if (running.users > 0) return;
  delete shared.brimTestPostgres;
  await (await running.server).stop();
}
