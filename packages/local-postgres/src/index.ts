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
  /** Folder for the data; made when missing. What else is in it belongs to this module. */
  dataDir: string;
  /** Default: the port of the last start if it is free, else any free one. */
  port?: number;
  /** False trades safety after a power cut for speed; for tests. Default true. */
  durable?: boolean;
  /** What is being done, a line at a time. Postgres' own log is `postgres.log` in the data folder. */
  onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  port: number;
  /** Connection string with user and password; 127.0.0.1 only. */
  url(database: string): string;
  /** Creates the database unless it exists. */
  ensureDatabase(name: string): Promise<void>;
  /** Resolves, with a reason for people, when the server ends without `stop` having been called. */
  died: Promise<string>;
  /** Clean shutdown; the data stay. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres of our own on 127.0.0.1 and keeps its data in `dataDir`.
 *
 * Works as root and as anybody else, after `kill -9` of whoever started it (the orphan is stopped and its
 * data opened again), and from folders that the `postgres` user cannot enter.
 *
 * @throws EmbeddedPostgresError it cannot run; the message is one line for people
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === "win32") {
    throw new EmbeddedPostgresError(
      "The embedded Postgres needs Linux or macOS. Use WSL, or set DATABASE_URL.",
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
  if (!server) throw new EmbeddedPostgresError("Postgres ended right after its start; see postgres.log.");

  let stopping: Promise<void> | undefined;
  const died = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopping) resolve(`Postgres ended by itself (${signal ?? `exit code ${code}`})`);
    });
  });
  // The last resort when this process exits without stop(): an exit handler may only do synchronous work.
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
      `The Postgres in ${dataDir} is already in use by another process (pid ${error.pid}).`,
      { cause: error },
    );
  }
}

/** Random, made once, readable by its owner only. */
function providePassword(dataDir: string, { cluster }: Place): string {
  const file = join(dataDir, "password");
  const known = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (known) return known;
  if (existsSync(cluster)) {
    throw new EmbeddedPostgresError(`${file} is missing. Restore it, or delete ${dataDir} to start anew.`);
  }
  const password = randomBytes(24).toString("hex");
  // Written beside and renamed, so that a process that is killed leaves all of it or nothing.
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return password;
}

/** The same port as last time where possible, so that connection strings in people's shells stay right. */
async function choosePort(dataDir: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined && wanted !== 0) {
    const port = await claimPort(wanted);
    if (port === null) throw new EmbeddedPostgresError(`Port ${wanted} for Postgres is taken.`);
    return port;
  }
  const file = join(dataDir, "port");
  const last = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : 0;
  const port = (last > 0 ? await claimPort(last) : null) ?? (await claimPort(0));
  if (port === null) throw new EmbeddedPostgresError("No port on 127.0.0.1 is free for Postgres.");
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
      if (!isTaken) throw error; // taken: another process created it first
    });
  } finally {
    await client.end();
  }
}
