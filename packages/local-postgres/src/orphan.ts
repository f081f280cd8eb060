import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./errors";
import { identifyProcess, isSameProcess, type ProcessIdentity, waitUntilGone } from "./processes";

/**
 * Stops the Postgres that still runs on this cluster because whoever started it was killed. The caller
 * holds the folder's lock, so a running one has no living owner.
 */
export async function stopOrphan(cluster: string, onLog: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, "utf8").split("\n")[0] ?? "", 10);
  const process_ = identifyProcess(pid);
  if (!process_) return; // a stale file: Postgres checks for leftover memory and replaces it

  if (!isPostgresOf(process_, cluster)) {
    // The number now belongs to a stranger. Postgres would take it for a living server and refuse to start.
    rmSync(pidFile, { force: true });
    return;
  }
  onLog(`a Postgres of an earlier run (pid ${pid}) still runs; stopping it`);
  await stopServer(process_);
}

/** Fast shutdown: open transactions are rolled back and everything committed is written. */
export async function stopServer(server: Pick<ProcessIdentity, "pid" | "startedAt">): Promise<void> {
  for (const [signal, timeoutMs] of [
    ["SIGINT", 20_000],
    ["SIGQUIT", 10_000], // at once; the next start recovers from the log
  ] as const) {
    if (!isSameProcess(server)) return; // ended, and its number may be somebody else's by now
    try {
      process.kill(server.pid, signal);
    } catch {
      return; // ended in this very moment
    }
    if (await waitUntilGone(server, timeoutMs)) return;
  }
  throw new EmbeddedPostgresError(`Postgres (pid ${server.pid}) does not stop.`);
}

function isPostgresOf(candidate: ProcessIdentity, cluster: string): boolean {
  const isPostgres = candidate.commandLine[0]?.includes("postgres") ?? false;
  // `ps`, where there is no /proc, does not say where an argument with spaces begins and ends.
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
