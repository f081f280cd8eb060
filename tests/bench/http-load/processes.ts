import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";

/** Starts Node with the arguments. Writes its output to a file, like the log of a service. */
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

/** Waits until a server sends the message that it is ready. */
export async function untilReady(child: ChildProcess, name: string): Promise<void> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${name} exited with ${code} before it was ready.`);
  });
  await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
}

/** Stops a process and waits until it has exited. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Returns the resident memory of a process in megabytes. */
export function residentMb(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1_024;
}

/** Returns the CPU time that a process has used, in seconds. */
export function cpuSeconds(pid: number): number {
  return Number(execFileSync("ps", ["-o", "cputimes=", "-p", String(pid)], { encoding: "utf8" }));
}

/** Returns a port that is currently free. */
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
