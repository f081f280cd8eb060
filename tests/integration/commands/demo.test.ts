import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import getPort from "get-port";
import { identifyProcess, lockFolder } from "local-postgres/processes";
import { afterEach, describe, expect, it } from "vitest";
import { lockDataDir } from "@/lib/commands/demo/orphan-processes";
import { provideSecrets } from "@/lib/commands/demo/secrets";

const ROOT = resolve(import.meta.dirname, "../../..");
const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("npm run demo", () => {
  it("exits and names the port that is not available", async () => {
    const { port } = await aTakenPort();

    const { exitCode, errors } = await runDemo({ PORT: String(port) });

    expect(errors).toBe(`Port ${port} is not available. Set PORT to another port.`);
    expect(exitCode).toBe(1);
  });

  it("exits with the reason why the database cannot be reached", async () => {
    const { exitCode, errors } = await runDemo({ DATABASE_URL: "postgres://brim:secret@127.0.0.1:1/brim" });

    expect(errors).toMatch(/^The database of DATABASE_URL cannot be reached: .*ECONNREFUSED.*$/);
    expect(errors).not.toContain("secret");
    expect(exitCode).toBe(1);
  });

  it("rejects a data folder that another demo uses, and names it", async () => {
    const dataDir = newFolder();
    const lock = lockFolder(dataDir);
    cleanups.push(lock.release);

    const { exitCode, errors } = await runDemo({ BRIM_DATA_DIR: dataDir });

    expect(errors).toMatch(`Another demo is running on ${dataDir} (pid ${process.pid}).`);
    expect(exitCode).toBe(1);
  });

  it.each([
    [{ PORT: "abc" }, 'PORT must be a port number, not "abc".'],
    [{ PORT: "4000", SANDBOX_PORT: "4000" }, "PORT and SANDBOX_PORT must differ."],
    [{ DATABASE_URL: "mysql://localhost/brim" }, /^DATABASE_URL must look like postgres:/],
  ])("rejects %o with a one-line error", async (environment, expected) => {
    const { exitCode, errors } = await runDemo(environment);

    expect(errors).toMatch(expected);
    expect(errors).not.toContain("\n");
    expect(exitCode).toBe(1);
  });
});

describe("the data folder", () => {
  it("keeps its random secrets, with mode 0600", () => {
    const dataDir = newFolder();

    const first = provideSecrets(dataDir);

    expect(provideSecrets(dataDir)).toEqual(first);
    expect(provideSecrets(newFolder()).stripeSecretKey).not.toBe(first.stripeSecretKey);
    expect(statSync(join(dataDir, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  it("generates the missing secrets when a crash truncated the file", () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, "secrets.json"), '{"stripeSecretKey": "sk_');

    expect(provideSecrets(dataDir).stripeSecretKey).toMatch(/^sk_test_[0-9a-f]{48}$/);
  });

  it("stops the orphan processes of a killed demo, and no other process", async () => {
    const dataDir = newFolder();
    const script = join(dataDir, "dist/server.js");
    const orphan = await aProcess("sh", ["-c", 'sleep 60; : "$0"', script]);
    const stranger = await aProcess("sleep", ["60"]);
    const children = [orphan, stranger].map((child) => identifyProcess(child.pid ?? 0));
    const reused = { pid: process.pid, startedAt: "earlier" };
    writeFileSync(
      join(dataDir, "processes.json"),
      JSON.stringify({ parents: [], children: [...children, reused] }),
    );

    const lock = await lockDataDir(dataDir, () => {});
    cleanups.push(lock.release);

    expect(orphan.signalCode ?? (await once(orphan, "exit"))[1]).toBe("SIGTERM");
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
    expect(JSON.parse(readFileSync(join(dataDir, "processes.json"), "utf8")).children).toEqual([]);
  });
});

async function runDemo(environment: Record<string, string>): Promise<{ exitCode: number; errors: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/commands/demo.ts"], {
    cwd: ROOT,
    env: {
      ...process.env,
      DATABASE_URL: "",
      BRIM_DATA_DIR: newFolder(),
      PORT: String(await getPort()),
      SANDBOX_PORT: String(await getPort()),
      ...environment,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [exitCode] = (await once(child, "close")) as [number];
  return { exitCode, errors: errors.trim() };
}

async function aProcess(program: string, args: string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: "ignore" });
  await once(child, "spawn");
  cleanups.push(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function aTakenPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no address");
  return { port: address.port, server };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brim-demo-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
