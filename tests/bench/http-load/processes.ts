import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";

/** Starts Node with these arguments. What it prints goes to a file, as where a service keeps its log. */
export function startProcess(
  args: readonly string[],
  env: Record<string, string>,
  logFile?: string,
): ChildProcess {
  const output = logFile ? openSync(logFile, "a") : null;
  try {
    return spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", output ?? "ignore", output ?? "inherit", "ipc"],
    });
  } finally {
    if (output !== null) closeSync(output);
  }
}

/** Waits until a server says by message that it is ready. */
export async function untilReady(child: ChildProcess, name: string): Promise<void> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${name} ended with ${code} before it was ready.`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}

/** Asks a process to end and waits until it has. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Memory that a process has in use, in megabytes. */
export function residentMb(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1_024;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
