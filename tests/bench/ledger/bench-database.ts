import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "local-postgres";
import pg from "pg";
import { closeDatabase } from "@/lib/platform/db";
import { applyMigrations } from "@/lib/platform/migrations";
import { applySettings } from "../../support/settings";
import { fillLedger, type LedgerSize, totalOf } from "./fill-ledger";

/** Brim's default number of connections, also used for bare SQL. */
export const POOL_SIZE = 20;

/** A database with a filled ledger. */
export interface LedgerDatabase {
  url: string;
  /** Plain connections without Brim, for the baseline. */
  bare: pg.Pool;
}

/** The Postgres server of one run. */
export interface BenchPostgres {
  /** Creates a database with a ledger of this size. With `isKept`, reuses the one of an earlier run if there is one. */
  ledger(name: string, size: LedgerSize, options?: { isKept: boolean }): Promise<LedgerDatabase>;
  /** Creates an empty database and returns its URL. */
  empty(name: string): Promise<string>;
  admin: pg.Pool;
  stop(): Promise<void>;
}

/** Starts a durable Postgres. Deletes its data at the end unless a folder to keep them is given. */
export async function startBenchPostgres(keptFolder: string | null): Promise<BenchPostgres> {
  const dataDir = keptFolder ?? join(tmpdir(), `brim-bench-${randomBytes(6).toString("hex")}`);
  const server = await startEmbeddedPostgres({ dataDir, durable: true });
  const removeData = () => {
    if (!keptFolder) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", removeData); // even if the run is interrupted

  const pools: pg.Pool[] = [];
  const connect = (name: string) => {
    // No idle timeout: connections must not be reopened after other contenders have run.
    const pool = new pg.Pool({ connectionString: server.url(name), max: POOL_SIZE, idleTimeoutMillis: 0 });
    pool.on("error", () => undefined); // the server stops while connections are idle
    pools.push(pool);
    return pool;
  };
  const admin = connect("postgres");
  return {
    admin,
    async ledger(name, size, { isKept } = { isKept: false }) {
      const isThere = isKept && (await isFilled(admin, name, size));
      if (!isThere) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await server.ensureDatabase(name);
      const bare = connect(name);
      if (!isThere) await fill(admin, bare, { name, url: server.url(name), size });
      return { url: server.url(name), bare };
    },
    async empty(name) {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await server.ensureDatabase(name);
      return server.url(name);
    },
    async stop() {
      await closeDatabase();
      await Promise.all(pools.map((pool) => pool.end()));
      await server.stop();
      removeData();
    },
  };
}

/** Whether a database was filled completely to this size. */
async function isFilled(admin: pg.Pool, name: string, size: LedgerSize): Promise<boolean> {
  const { rows } = await admin.query<{ size: string | null }>(
    "SELECT shobj_description(oid, 'pg_database') AS size FROM pg_database WHERE datname = $1",
    [name],
  );
  return rows[0]?.size === JSON.stringify(size);
}

async function fill(
  admin: pg.Pool,
  bare: pg.Pool,
  { name, url, size }: { name: string; url: string; size: LedgerSize },
): Promise<void> {
  console.log(`filling ${name}: ${totalOf(size).toLocaleString("en-US")} transfers …`);
  await applyMigrations({ databaseUrl: url });
  // Full page writes protect production; while filling they only multiply the WAL.
  await setFullPageWrites(admin, "off");
  await fillLedger(bare, size);
  await setFullPageWrites(admin, "on");
  await admin.query("CHECKPOINT");
  await admin.query(`COMMENT ON DATABASE ${name} IS '${JSON.stringify(size)}'`);
}

async function setFullPageWrites(admin: pg.Pool, value: "on" | "off"): Promise<void> {
  await admin.query(`ALTER SYSTEM SET full_page_writes = ${value}`);
  await admin.query("SELECT pg_reload_conf()");
}

/** Connects the product's code in this process to a database. */
export async function pointBrimAt(url: string): Promise<void> {
  await closeDatabase();
  // Settings are cached per process, but a benchmark has more than one database.
  Object.assign(globalThis, { brimEnv: undefined });
  applySettings({
    DATABASE_URL: url,
    DATABASE_POOL_MAX: String(POOL_SIZE),
    RATE_LIMIT_USAGE: "10000000",
    LOG_LEVEL: "silent",
  });
}
