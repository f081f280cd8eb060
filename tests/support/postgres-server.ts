import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/platform/embedded-postgres";
import { applyMigrations } from "@/lib/platform/migrations";
import { closeToEverybody, copyDatabase, databaseUrl, dropDatabase, newDatabaseName } from "./database";

/** The Postgres server of a test run. `stop` removes all that the run left on it. */
export interface TestPostgres {
  readonly serverUrl: string;
  stop(): Promise<void>;
}

/**
 * Makes a Postgres server and a migrated template ready for `createTestDatabase`, and says where they are in
 * `TEST_POSTGRES_URL` and `TEST_POSTGRES_TEMPLATE`, which worker processes inherit.
 *
 * A server that `TEST_POSTGRES_URL` already names is used as it is; its role must be allowed to create databases.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const server = await findOrStartServer();
  const template = newDatabaseName("template");
  const stop = async () => {
    await dropDatabase(server.url, template).catch(() => undefined); // a server of ours may be gone already
    await server.stop();
  };

  try {
    await copyDatabase(server.url, { from: "template0", to: template });
    await applyMigrations({ databaseUrl: databaseUrl(server.url, template) });
    await closeToEverybody(server.url, template);
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

  // A path that does not exist yet: the server may run as another user, who must own the folder.
  const dataDir = join(tmpdir(), `brim-test-postgres-${randomBytes(6).toString("hex")}`);
  const server = await startEmbeddedPostgres({ dataDir, durable: false });
  const removeData = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removeData); // Ctrl-C ends a run without teardown; the server stops itself then

  return {
    url: server.url("postgres"),
    stop: async () => {
      await server.stop();
      removeData();
      process.off("exit", removeData);
      delete process.env.TEST_POSTGRES_URL; // else a second run in this process would look for the stopped server
    },
  };
}

/** On globalThis, because vitest loads this module once for each project that names it. */
const shared = globalThis as typeof globalThis & {
  brimTestPostgres?: { users: number; server: Promise<TestPostgres> };
};

/** vitest calls this for each project before its tests; they share one server. */
export async function setup(): Promise<void> {
  shared.brimTestPostgres ??= { users: 0, server: startTestPostgres() };
  shared.brimTestPostgres.users += 1;
  await shared.brimTestPostgres.server;
}

/** vitest calls this for each project after its tests. */
export async function teardown(): Promise<void> {
  const running = shared.brimTestPostgres;
  if (!running) return;
  running.users -= 1;
  if (running.users > 0) return;
  delete shared.brimTestPostgres;
  await (await running.server).stop();
}
