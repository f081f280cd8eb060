import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What tells one process from another that later got the same number. Process ids are reused,
 * so a pid in a file is never reason enough to send a signal.
 */
export interface ProcessIdentity {
  pid: number;
  parentPid: number;
  /** Opaque: equal for the same process, different for a later one with the same pid. */
  startedAt: string;
  /** Its arguments, the program first. */
  commandLine: string[];
}

/** The running process with this pid, or null when there is none (a zombie counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return existsSync("/proc/self/stat") ? readFromProc(pid) : readFromPs(pid);
}

/** True while the recorded process still runs; false when it ended or its pid belongs to another one now. */
export function isSameProcess(recorded: Pick<ProcessIdentity, "pid" | "startedAt">): boolean {
  return identifyProcess(recorded.pid)?.startedAt === recorded.startedAt;
}

/** Waits until the process has ended; false when it still runs after `timeoutMs`. */
export async function waitUntilGone(
  recorded: Pick<ProcessIdentity, "pid" | "startedAt">,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isSameProcess(recorded)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

function readFromProc(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name is in parentheses and may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    const startTicks = fields[19];
    if (state === "Z" || state === "X" || startTicks === undefined) return null;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { pid, parentPid: Number(fields[1]), startedAt: startTicks, commandLine };
  } catch {
    return null; // ended between two reads, or never existed
  }
}

function readFromPs(pid: number): ProcessIdentity | null {
  try {
    const output = execFileSync("ps", ["-ww", "-o", "stat=,ppid=,lstart=,command=", "-p", String(pid)], {
      encoding: "utf8",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    // "S+ 4711 Sun Nov 22 15:15:01 2026 /usr/bin/program arguments"
    const [state = "Z", parentPid, ...words] = output.split(/\s+/);
    if (state.startsWith("Z")) return null;
    return {
      pid,
      parentPid: Number(parentPid),
      startedAt: words.slice(0, 5).join(" "),
      commandLine: words.slice(5),
    };
  } catch {
    return null; // ps exits with 1 when there is no such process
  }
}
