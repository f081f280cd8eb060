import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FullConfig } from "@playwright/test";
import { DEMO_FILES_VARIABLE } from "./demo";

/** A first start builds for production, on two cores beside other work. */
const START_TIMEOUT_MS = 300_000;

/** A demo that runs in a process of its own. */
interface RunningDemo {
  demoFile: string;
  stop(): Promise<void>;
}

/**
 * Starts Brim for all end-to-end tests: one for each worker, so that files which run side by side share nothing.
 * Returns what stops them.
 */
export default async function startBrim({
  workers,
}: Pick<FullConfig, "workers">): Promise<() => Promise<void>> {
  const demos: RunningDemo[] = [];
  const stop = async () => {
    await Promise.all(demos.map((demo) => demo.stop()));
  };
  try {
    // One after another: the first makes the build that the others run too.
    while (demos.length < workers) demos.push(await startDemo());
  } catch (error) {
    await stop();
    throw error;
  }
  process.env[DEMO_FILES_VARIABLE] = JSON.stringify(demos.map(({ demoFile }) => demoFile));
  return stop;
}

/** Starts Brim with the command that a new user runs, on ports and data of its own. */
async function startDemo(): Promise<RunningDemo> {
  const dataDir = mkdtempSync(join(tmpdir(), "brim-e2e-"));
  const [port, sandboxPort] = await freePorts(2);
  const child = spawn("npm", ["run", "--silent", "demo"], {
    env: {
      ...process.env,
      BRIM_DATA_DIR: dataDir,
      PORT: String(port),
      SANDBOX_PORT: String(sandboxPort),
      RATE_LIMIT_SIGN_IN: "1000", // all tests sign in from one address
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    await untilReady(() => output, ended);
  } catch (error) {
    await stop();
    throw error;
  }
  return { demoFile: join(dataDir, "demo.json"), stop };
}

async function untilReady(output: () => string, ended: Promise<void>): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!output().includes("Brim is ready.")) {
    if (hasEnded || Date.now() > deadline) throw new Error(`npm run demo did not become ready:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Ports that were free a moment ago. All are held until the last is known, so that they differ. */
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
