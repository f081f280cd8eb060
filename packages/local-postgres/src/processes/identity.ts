import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Distinguishes a process from a later one with the same ID. Process IDs are reused, so never send a signal because of a PID
 * in a file alone.
 */
export interface ProcessIdentity {
  pid: number;
  parentPid: number;
  /** Opaque: equal for the same process, different for a later one with the same pid. */
  startedAt: string;
  /** The program and its arguments. */
  commandLine: string[];
}

/** Returns the running process with this PID, or null if there is none or it is a zombie. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return existsSync("/proc/self/stat") ? readFromProc(pid) : readFromPs(pid);
}

/** Returns whether the recorded process is still running. False if another process has its PID now. */
export function isSameProcess(recorded: Pick<ProcessIdentity, "pid" | "startedAt">): boolean {
  return identifyProcess(recorded.pid)?.startedAt === recorded.startedAt;
}

/** Waits until the process exits. Returns false if it is still running after `timeoutMs`. */
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
    // The name of the program is in parentheses and can contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    const startTicks = fields[19];
    if (state === "Z" || state === "X" || startTicks === undefined) return null;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { pid, parentPid: Number(fields[1]), startedAt: startTicks, commandLine };
  } catch {
    return null; // exited between two reads, or never existed
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
    return null; // ps exits with 1 if there is no such process
  }
}
