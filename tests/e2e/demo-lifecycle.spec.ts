import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { atDepth } from "../support/depth";
import { freePorts } from "./support/start-brim";

const ROOT = resolve(import.meta.dirname, "../..");
let dataDir: string;
let ports: number[];
let demo: ChildProcess | undefined;

test.beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "brim-lifecycle-"));
  chmodSync(dataDir, 0o755); // so that Postgres keeps its data in it, also when root runs this
  ports = await freePorts(2);
});

test.afterEach(async () => {
  if (demo) await stop(demo);
  demo = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

for (const options of atDepth({ ci: [[]], deep: [[], ["--dev"]] })) {
  test(`${["the demo", ...options].join(" ")} serves, keeps its keys and data after kill -9, and stops cleanly`, async () => {
    demo = await startDemo(options);
    const first = readDemoFile();
    expect(statSync(join(dataDir, "demo.json")).mode & 0o777).toBe(0o600);
    expect(Object.keys(first).sort()).toEqual([
      "appUrl",
      "customerApiKey",
      "customerId",
      "databaseUrl",
      "operatorApiKey",
      "otherCustomerApiKey",
      "otherCustomerId",
      "sandboxUrl",
      "stripeSecretKey",
      "userEmail",
      "userPassword",
      "webhookSecret",
    ]);
    expect(await readBalance(first)).toMatchObject({ customer_id: first.customerId, currency: "usd" });

    demo.kill("SIGKILL");
    await once(demo, "exit");
    demo = await startDemo(options);

    expect(readDemoFile()).toEqual(first);
    expect(await readBalance(first)).toMatchObject({ customer_id: first.customerId });

    expect(await stop(demo)).toBe(0);
    demo = undefined;
    expect(existsSync(join(dataDir, "postgres/cluster/postmaster.pid"))).toBe(false);
    expect(existsSync(join(dataDir, "lock"))).toBe(false);
    expect(JSON.parse(readFileSync(join(dataDir, "processes.json"), "utf8")).children).toEqual([]);
    await expect(fetch(`${first.appUrl}/api/v1/health`)).rejects.toThrow();
  });
}

async function startDemo(options: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/commands/demo.ts", ...options], {
    cwd: ROOT,
    env: {
      ...process.env,
      BRIM_DATA_DIR: dataDir,
      DATABASE_URL: "",
      PORT: String(ports[0]),
      SANDBOX_PORT: String(ports[1]),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const isReady = new Promise<void>((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("Brim is ready.")) done();
      });
    }
    child.once("exit", () => fail(new Error(`The demo ended:\n${output}`)));
  });
  await isReady;
  return child;
}

/** Resolves with its exit code. */
async function stop(child: ChildProcess): Promise<number | null> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [exitCode] = (await exited) as [number | null];
  return exitCode;
}

function readDemoFile(): Record<string, string> {
  return JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8"));
}

async function readBalance(file: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${file.appUrl}/api/v1/billing/balance`, {
    headers: { authorization: `Bearer ${file.customerApiKey}` },
  });
  return response.json();
}
