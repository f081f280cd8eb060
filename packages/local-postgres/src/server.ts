import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnAs } from "./account";
import type { Binaries } from "./binaries";
import { EmbeddedPostgresError } from "./errors";
import type { Place } from "./place";

const MAX_LOG_BYTES = 10_000_000;

/** Creates the cluster in a temporary folder and renames it, so that a partial one is never opened. */
export async function initialiseCluster(
  binaries: Binaries,
  { home, cluster, account }: Place,
  options: { password: string; durable: boolean },
): Promise<void> {
  const draft = join(home, "run", "cluster");
  const passwordFile = join(home, "run", "password");
  await rm(draft, { recursive: true, force: true });
  try {
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
    if (account) chownSync(passwordFile, account.uid, account.gid);
    const { status, stderr, error } = spawnSync(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        "--username=postgres",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin", // the same sort order on every machine, whatever locales are installed
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        ...(options.durable ? [] : ["--no-sync"]),
      ],
      { ...spawnAs(account), encoding: "utf8" },
    );
    if (status !== 0) {
      throw new EmbeddedPostgresError(`initdb failed: ${error?.message ?? stderr.trim()}`);
    }
    await rename(draft, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @throws EmbeddedPostgresError the data was created by another major version */
export function assertSameVersion(cluster: string, binaries: Binaries): void {
  const version = readFileSync(join(cluster, "PG_VERSION"), "utf8").trim();
  if (version === binaries.majorVersion) return;
  throw new EmbeddedPostgresError(
    `The data in ${cluster} was created by Postgres ${version}, but this is Postgres ${binaries.majorVersion}. ` +
      "Export it with the earlier version, or delete the folder to start over.",
  );
}

/** Starts the server and waits until it accepts connections. */
export async function launch(
  binaries: Binaries,
  place: Place,
  options: { port: number; durable: boolean; logFile: string },
): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    const child = spawnServer(binaries, place, options);
    if (await waitUntilReady(child, place.cluster)) return child;
    const reason = lastErrorIn(options.logFile);
    // After a kill -9 of the server, its child processes take a moment to release the shared memory.
    if (attempt < 20 && reason.includes("shared memory")) await sleep(250);
    else throw new EmbeddedPostgresError(`Postgres did not start: ${reason} (log: ${options.logFile})`);
  }
}

function spawnServer(
  binaries: Binaries,
  { cluster, account }: Place,
  { port, durable, logFile }: { port: number; durable: boolean; logFile: string },
): ChildProcess {
  const settings: Record<string, string | number> = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    random_page_cost: 1.1,
    jit: "off",
    max_parallel_workers_per_gather: 0, // containers often have a tiny /dev/shm
    timezone: "UTC",
    log_timezone: "UTC",
    max_wal_size: "1GB",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  if (existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES) rmSync(logFile);
  const log = openSync(logFile, "a", 0o600);
  try {
    // Detached, because Ctrl-C signals the whole process group of the terminal, and the database must outlive the app, which
    // may still be writing. Logs to a file, because a pipe would break if this process is killed.
    return spawn(binaries.postgres, ["-D", cluster, ...flags], {
      ...spawnAs(account),
      detached: true,
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
}

/** The status line of postmaster.pid says "ready"; that is what pg_ctl waits for, too. */
async function waitUntilReady(child: ChildProcess, cluster: string): Promise<boolean> {
  let hasEnded = false;
  child.once("exit", () => {
    hasEnded = true;
  });
  child.once("error", () => {
    hasEnded = true;
  });
  // Without a limit: after a crash it may replay its log for minutes, and stopping it then helps nobody.
  while (!hasEnded) {
    const [pid, , , , , , , status] = readLines(join(cluster, "postmaster.pid"));
    if (pid === String(child.pid) && status?.trim() === "ready") return true;
    await sleep(30);
  }
  return false;
}

function lastErrorIn(logFile: string): string {
  const lines = readLines(logFile).slice(-20);
  const fatal = lines.findLast((line) => /FATAL|PANIC|ERROR|error|cannot/.test(line)) ?? lines.at(-2);
  return fatal?.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, "") || "no reason given";
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** The wanted port if it is free on 127.0.0.1, else null; any free one for 0. */
export function claimPort(wanted: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(null));
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : null;
      probe.close(() => resolve(port));
    });
  });
}
