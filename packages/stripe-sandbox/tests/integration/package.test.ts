import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import Stripe from "stripe";
import { afterEach, beforeEach, expect, it } from "vitest";

interface Manifest {
  version: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

interface Lock {
  packages: Record<string, { link?: boolean }>;
}

const packageRoot = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

let folder: string;
let server: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-sandbox-installed-"));
  chmodSync(folder, 0o755); // Postgres may run as another user
});
afterEach(async () => {
  if (server && server.exitCode === null) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it("installs from its tarball into an empty folder and runs there with its own Postgres", async () => {
  await installPacked();

  const { port, secretKey } = await startInstalled();
  const stripe = new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  const customer = await stripe.customers.create({ name: "Outside" });

  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ name: "Outside" });
});

/** Packs the package like a release and installs the tarball with the versions of our own lock file. */
async function installPacked(): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: packageRoot });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string }[];
  const tarball = `file:${packed?.filename}`;
  const { version, bin, dependencies } = readJson<Manifest>(join(packageRoot, "package.json"));
  const { packages } = readJson<Lock>(resolve(packageRoot, "../../package-lock.json"));
  const fromRegistry = Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith("node_modules/") && !link,
  );
  const root = { name: "outside", dependencies: { "stripe-sandbox": tarball } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(root));
  const lock = {
    lockfileVersion: 3,
    packages: {
      "": root,
      ...Object.fromEntries(fromRegistry),
      "node_modules/stripe-sandbox": { version, resolved: tarball, bin, dependencies },
    },
  };
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  // All these versions are in npm's cache since our own installation, so no network is needed. npm removes from the
  // lock file what the tarball does not depend on.
  await run("npm", ["install", "--prefer-offline", "--ignore-scripts"], { cwd: folder });
}

async function startInstalled(): Promise<{ port: number; secretKey: string }> {
  const { PATH, HOME } = process.env;
  server = spawn(join(folder, "node_modules/.bin/stripe-sandbox"), {
    cwd: folder,
    env: { PATH, HOME, NODE_ENV: "production", SANDBOX_PORT: "0" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(server, "exit").then(([code]) => {
    throw new Error(`stripe-sandbox ended with ${code} before it was ready.`);
  });
  const [ready] = await Promise.race([once(server, "message"), ended]);
  ended.catch(() => undefined);
  return ready as { port: number; secretKey: string };
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}
