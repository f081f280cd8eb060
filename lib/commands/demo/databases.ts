import { join } from "node:path";
import type { EmbeddedPostgres } from "local-postgres";
import { connectClient, DatabaseAddressError } from "@/lib/platform/postgres";
import type { DemoSettings } from "./settings";
import { DemoError } from "./settings";

export interface DemoDatabases {
  /** The URL of Brim's database. */
  app: string;
  /** The URL of the sandbox's database, on the same server. */
  sandbox: string;
  /** Resolves with a reason when the embedded Postgres exits by itself. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the embedded Postgres with both databases, or adds the sandbox's database to the server of DATABASE_URL. */
export async function provideDatabases(
  settings: DemoSettings,
  onLog: (line: string) => void,
): Promise<DemoDatabases> {
  if (settings.databaseUrl) return openExistingServer(settings.databaseUrl);
  const { EmbeddedPostgresError } = await import("local-postgres");
  try {
    const server = await startOwnServer(join(settings.dataDir, "postgres"), onLog);
    await server.ensureDatabase("stripe_sandbox");
    return {
      // On a busy machine connecting can take long, and nothing else uses this server: waiting is better than failing.
      app: `${server.url("brim")}?connect_timeout=120`,
      sandbox: server.url("stripe_sandbox"),
      died: server.died,
      stop: server.stop,
    };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new DemoError(error.message);
    throw error;
  }
}

/** Starts the embedded Postgres with Brim's database. Moves data from before the baseline aside first. */
async function startOwnServer(dataDir: string, onLog: (line: string) => void): Promise<EmbeddedPostgres> {
  const { moveDataDir, startEmbeddedPostgres } = await import("local-postgres");
  const server = await startEmbeddedPostgres({ dataDir, onLog });
  await server.ensureDatabase("brim");
  if (!(await isFromBeforeBaseline(server.url("brim")))) return server;

  await server.stop();
  const aside = `${dataDir}.before-baseline-${Date.now()}`;
  await moveDataDir(dataDir, aside);
  onLog(`the data is from before the first release and cannot be upgraded; it was moved to ${aside}`);
  const fresh = await startEmbeddedPostgres({ dataDir, onLog });
  await fresh.ensureDatabase("brim");
  return fresh;
}

async function isFromBeforeBaseline(databaseUrl: string): Promise<boolean> {
  const { isBeforeBaseline } = await import("@/lib/platform/migrations");
  const client = await connectClient(databaseUrl, {
    applicationName: "brim-demo",
    connectionTimeoutMs: 120_000,
  });
  try {
    return await isBeforeBaseline(client);
  } finally {
    await client.end();
  }
}

async function openExistingServer(databaseUrl: string): Promise<DemoDatabases> {
  const sandboxUrl = new URL(databaseUrl);
  const sandboxName = `${decodeURIComponent(sandboxUrl.pathname.slice(1))}_stripe_sandbox`;
  sandboxUrl.pathname = `/${encodeURIComponent(sandboxName)}`;
  const client = await connectClient(databaseUrl, {
    applicationName: "brim-demo",
    connectionTimeoutMs: 10_000,
  }).catch((error: unknown) => {
    if (error instanceof DatabaseAddressError) throw new DemoError(error.message);
    throw new DemoError(`The database of DATABASE_URL cannot be reached: ${reasonOf(error)}`);
  });
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [sandboxName]);
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(sandboxName)}`);
  } catch (error) {
    throw new DemoError(
      `The sandbox's database "${sandboxName}" could not be created (${reasonOf(error)}). Create it, then start the demo again.`,
    );
  } finally {
    await client.end();
  }
  return {
    app: databaseUrl,
    sandbox: sandboxUrl.href,
    died: new Promise(() => {}), // we do not watch it
    stop: async () => {},
  };
}

/** A refused connection to a host name with several addresses is an AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error instanceof Error ? error.message : String(error);
}
