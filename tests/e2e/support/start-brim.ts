import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { FullConfig } from "@playwright/test";
import { buildForProduction, isBuildCurrent } from "@/lib/commands/build/production-build";
import { DEMO_FILES_VARIABLE } from "./demo";

/** A demo that prints nothing for this long has stalled. */
const STALL_TIMEOUT_MS = 300_000;

const PROJECT_ROOT = resolve(import.meta.dirname, "../../..");

/** A demo in its own process. */
interface RunningDemo {
  demoFile: string;
  /** Rejects if the demo exits before it is ready, or stalls. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts one demo per worker for the end-to-end tests, so that files that run in parallel share nothing.
 *
 * @returns a function that stops them
 */
export default async function startBrim({
  workers,
}: Pick<FullConfig, "workers">): Promise<() => Promise<void>> {
  // Build once, so that the demos can start in parallel.
  if (!isBuildCurrent(PROJECT_ROOT)) await buildForProduction(PROJECT_ROOT, { isQuiet: true });

  const ports = await freePorts(2 * workers);
  const demos = Array.from({ length: workers }, () => startDemo(ports.pop() ?? 0, ports.pop() ?? 0));
  const stop = async () => {
    await Promise.all(demos.map((demo) => demo.stop()));
  };
  try {
    await Promise.all(demos.map((demo) => demo.ready));
  } catch (error) {
    await stop();
    throw error;
  }
  process.env[DEMO_FILES_VARIABLE] = JSON.stringify(demos.map(({ demoFile }) => demoFile));
  return stop;
}

/** Starts the demo with the documented command, with its own ports and data folder. */
function startDemo(port: number, sandboxPort: number): RunningDemo {
  const dataDir = mkdtempSync(join(tmpdir(), "brim-e2e-"));
  const child = spawn("npm", ["run", "--silent", "demo"], {
    cwd: PROJECT_ROOT,
    env: {
      ...process.env,
      BRIM_DATA_DIR: dataDir,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      CUSTOMER_REFUNDS: "24",
      RATE_LIMIT_SIGN_IN: "1000", // all tests sign in from one IP address
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    demoFile: join(dataDir, "demo.json"),
    ready: untilReady(child, ended),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits for the demo's last line. Any output counts as progress. */
function untilReady(
  child: ChildProcessByStdio<null, Readable, Readable>,
  ended: Promise<void>,
): Promise<void> {
  let output = "";
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(stallTimer);
      reject(new Error(`npm run demo ${reason}:\n${output}`));
    };
    const stallTimer = setTimeout(() => fail("stalled"), STALL_TIMEOUT_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += String(chunk);
        stallTimer.refresh();
        if (!output.includes("Brim is ready.")) return;
        clearTimeout(stallTimer);
        resolve();
      });
    }
    void ended.then(() => fail("exited before it was ready"));
  });
}

/** Returns ports that are currently free. Holds all of them until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
