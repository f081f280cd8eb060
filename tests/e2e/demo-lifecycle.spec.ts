import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const dataDir = mkdtempSync(join(tmpdir(), "brim-lifecycle-"));
let ports: { port: number; sandboxPort: number };
let demo: ChildProcess | undefined;

beforeAll(async () => {
  chmodSync(dataDir, 0o755); // so that Postgres keeps its data in it, also when root runs this
  ports = { port: await aFreePort(), sandboxPort: await aFreePort() };
});

afterAll(async () => {
  if (demo) await stop(demo);
  rmSync(dataDir, { recursive: true, force: true });
});

// The development server, because a production build would take the place of the one that may be in use.
it("serves, keeps its keys and data after kill -9, and stops cleanly", async () => {
  demo = await startDemo();
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
  demo = await startDemo();

  expect(readDemoFile()).toEqual(first);
  expect(await readBalance(first)).toMatchObject({ customer_id: first.customerId });

  expect(await stop(demo)).toBe(0);
  demo = undefined;
  expect(existsSync(join(dataDir, "postgres/cluster/postmaster.pid"))).toBe(false);
  expect(existsSync(join(dataDir, "lock"))).toBe(false);
  expect(JSON.parse(readFileSync(join(dataDir, "processes.json"), "utf8")).children).toEqual([]);
  await expect(fetch(`${first.appUrl}/api/v1/health`)).rejects.toThrow();
});

async function startDemo(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/commands/demo.ts", "--dev"], {
    cwd: ROOT,
    env: {
      ...process.env,
      BRIM_DATA_DIR: dataDir,
      DATABASE_URL: "",
      PORT: String(ports.port),
      SANDBOX_PORT: String(ports.sandboxPort),
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

async function aFreePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (typeof address !== "object" || !address) throw new Error("no address");
  return address.port;
}
