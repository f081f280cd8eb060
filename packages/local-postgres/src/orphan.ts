import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./errors";
import { identifyProcess, isSameProcess, type ProcessIdentity, waitUntilGone } from "./processes";

/**
 * Stops the Postgres that still runs on this cluster because its owner was killed. The caller holds the lock of the data
 * folder, so a running server has no owner.
 */
export async function stopOrphan(cluster: string, onLog: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, "utf8").split("\n")[0] ?? "", 10);
  const process_ = identifyProcess(pid);
  if (!process_) return; // a stale file, which Postgres replaces

  if (!isPostgresOf(process_, cluster)) {
    // Another program reuses the process ID. Postgres would take it for a running server and refuse to start.
    rmSync(pidFile, { force: true });
    return;
  }
  onLog(`Postgres of an earlier run (pid ${pid}) is still running; stopping it`);
  await stopServer(process_);
}

/** Stops Postgres with a fast shutdown: rolls back open transactions and writes everything that was committed. */
export async function stopServer(server: Pick<ProcessIdentity, "pid" | "startedAt">): Promise<void> {
  for (const [signal, timeoutMs] of [
    ["SIGINT", 20_000],
    ["SIGQUIT", 10_000], // immediate; the next start recovers from the WAL
  ] as const) {
    if (!isSameProcess(server)) return; // exited; another process may have its ID
    try {
      process.kill(server.pid, signal);
    } catch {
      return; // it has exited in the meantime
    }
    if (await waitUntilGone(server, timeoutMs)) return;
  }
  throw new EmbeddedPostgresError(`Postgres (pid ${server.pid}) did not stop.`);
}

function isPostgresOf(candidate: ProcessIdentity, cluster: string): boolean {
  const isPostgres = candidate.commandLine[0]?.includes("postgres") ?? false;
  // Without /proc, `ps` does not tell where arguments with spaces start and end.
  const isNamed = candidate.commandLine.join(" ").includes(`-D ${cluster} `);
  return isPostgres && (isNamed || candidate.commandLine.some((argument) => isSamePath(argument, cluster)));
}

function isSamePath(argument: string, path: string): boolean {
  if (argument === path) return true;
  try {
    return argument.startsWith("/") && realpathSync(argument) === realpathSync(path);
  } catch {
    return false;
  }
}
