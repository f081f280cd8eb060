import { join } from "node:path";
import type { EmbeddedPostgres } from "local-postgres";
import { connectClient, DatabaseAddressError } from "@/lib/platform/postgres";
import type { DemoSettings } from "./settings";
import { DemoError } from "./settings";

export interface DemoDatabases {
  /** Brim's own. */
  app: string;
  /** The sandbox's, on the same server. */
  sandbox: string;
  /** Resolves with a reason when a server of ours ends by itself. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/** The embedded Postgres with both databases, or the server of DATABASE_URL with the sandbox's beside it. */
export async function provideDatabases(
  settings: DemoSettings,
  onLog: (line: string) => void,
): Promise<DemoDatabases> {
  if (settings.databaseUrl) return givenServer(settings.databaseUrl);
  const { EmbeddedPostgresError } = await import("local-postgres");
  try {
    const server = await startOwnServer(join(settings.dataDir, "postgres"), onLog);
    await server.ensureDatabase("stripe_sandbox");
    return {
      // On a busy machine the app itself is slow to take up a connection: this server is its own, so waiting is right.
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

/** Starts the embedded Postgres with Brim's database. Data from before the baseline are moved aside first. */
async function startOwnServer(dataDir: string, onLog: (line: string) => void): Promise<EmbeddedPostgres> {
  const { moveDataDir, startEmbeddedPostgres } = await import("local-postgres");
  const server = await startEmbeddedPostgres({ dataDir, onLog });
  await server.ensureDatabase("brim");
  if (!(await isFromBeforeBaseline(server.url("brim")))) return server;

  await server.stop();
  const aside = `${dataDir}.before-baseline-${Date.now()}`;
  await moveDataDir(dataDir, aside);
  onLog(`these data are from before the first release and cannot be upgraded; they were moved to ${aside}`);
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

async function givenServer(databaseUrl: string): Promise<DemoDatabases> {
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
      `The sandbox's database "${sandboxName}" could not be created (${reasonOf(error)}): create it and start again.`,
    );
  } finally {
    await client.end();
  }
  return {
    app: databaseUrl,
    sandbox: sandboxUrl.href,
    died: new Promise(() => {}), // not ours to watch
    stop: async () => {},
  };
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error instanceof Error ? error.message : String(error);
}
