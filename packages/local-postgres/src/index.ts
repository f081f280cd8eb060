import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { provideBinaries } from "./binaries";
import { EmbeddedPostgresError } from "./errors";
import { stopOrphan, stopServer } from "./orphan";
import { findPlace, makeDataDir, type Place } from "./place";
import { FolderInUseError, identifyProcess, lockFolder } from "./processes";
import { assertSameVersion, claimPort, initialiseCluster, launch } from "./server";

export { EmbeddedPostgresError } from "./errors";
export { moveDataDir } from "./place";

export interface EmbeddedPostgresOptions {
  /** Data folder, created if it does not exist. This package owns all of its contents. */
  dataDir: string;
  /** Default: the port of the last start if it is free, otherwise any free port. */
  port?: number;
  /** False is faster but can lose data in a power failure, for tests. Default true. */
  durable?: boolean;
  /** Receives progress messages. Postgres logs to `postgres.log` in the data folder. */
  onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  port: number;
  /** Returns a connection string with user and password, for 127.0.0.1. */
  url(database: string): string;
  /** Creates the database if it does not exist. */
  ensureDatabase(name: string): Promise<void>;
  /** Resolves with the reason when the server exits without a call of `stop`. */
  died: Promise<string>;
  /** Shuts the server down cleanly and keeps the data. Can be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server on 127.0.0.1 with its data in `dataDir`.
 *
 * Works as root and as any other user, after the previous owner was killed (its server is stopped and the data is reused),
 * and in folders that the `postgres` user cannot access.
 *
 * @throws EmbeddedPostgresError Postgres cannot run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === "win32") {
    throw new EmbeddedPostgresError(
      "Embedded Postgres requires Linux or macOS. Use WSL, or set DATABASE_URL.",
    );
  }
  const dataDir = await makeDataDir(options.dataDir);
  const lock = lockDataDir(dataDir);
  try {
    return await startLocked(dataDir, options, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startLocked(
  dataDir: string,
  { port: wantedPort, durable = true, onLog = () => {} }: EmbeddedPostgresOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const place = await findPlace(dataDir, onLog);
  const binaries = await provideBinaries(place.account);
  await stopOrphan(place.cluster, onLog);

  const password = providePassword(dataDir, place);
  if (existsSync(place.cluster)) assertSameVersion(place.cluster, binaries);
  else await initialiseCluster(binaries, place, { password, durable });

  const port = await choosePort(dataDir, wantedPort);
  const child = await launch(binaries, place, { port, durable, logFile: join(dataDir, "postgres.log") });
  const server = identifyProcess(child.pid ?? 0);
  if (!server) throw new EmbeddedPostgresError("Postgres exited right after it started. See postgres.log.");

  let stopping: Promise<void> | undefined;
  const died = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopping) resolve(`Postgres exited unexpectedly (${signal ?? `exit code ${code}`})`);
    });
  });
  // In case this process exits without calling stop(). Exit handlers can only do synchronous work.
  const stopOnExit = () => child.kill("SIGINT");
  process.once("exit", stopOnExit);

  const url = (database: string) =>
    `postgresql://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  return {
    port,
    url,
    died,
    ensureDatabase: (name) => ensureDatabase(url("postgres"), name),
    stop() {
      stopping ??= stopServer(server).finally(() => {
        process.off("exit", stopOnExit);
        release();
      });
      return stopping;
    },
  };
}

function lockDataDir(dataDir: string) {
  try {
    return lockFolder(dataDir);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new EmbeddedPostgresError(
      `The Postgres data in ${dataDir} is in use by another process (pid ${error.pid}).`,
      { cause: error },
    );
  }
}

/** Reads the password, or generates it on the first start. Only the owner can read the file. */
function providePassword(dataDir: string, { cluster }: Place): string {
  const file = join(dataDir, "password");
  const known = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (known) return known;
  if (existsSync(cluster)) {
    throw new EmbeddedPostgresError(`${file} is missing. Restore it, or delete ${dataDir} to start over.`);
  }
  const password = randomBytes(24).toString("hex");
  // Written to a temporary file and renamed, so that a killed process cannot leave a partial file.
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return password;
}

/** Prefers the port of the last start, so that saved connection strings keep working. */
async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && wanted !== 0) {
    const port = await claimPort(wanted);
    if (port === null) throw new EmbeddedPostgresError(`Port ${wanted} for Postgres is already in use.`);
    return port;
  }
  const file = join(dataDir, "port");
  const last = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : 0;
  const port = (last > 0 ? await claimPort(last) : null) ?? (await claimPort(0));
  if (port === null) throw new EmbeddedPostgresError("There is no free port on 127.0.0.1 for Postgres.");
  writeFileSync(file, `${port}\n`);
  return port;
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, ssl: false });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount) return;
    await client.query(`create database ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
      const isTaken = error instanceof pg.DatabaseError && (error.code === "42P04" || error.code === "23505");
      if (!isTaken) throw error; // otherwise another process created it first
    });
  } finally {
    await client.end();
  }
}
