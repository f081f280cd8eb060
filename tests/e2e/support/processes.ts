import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import { applyMigrations } from "@/lib/platform/migrations";
import { demo } from "./demo";
import { freePorts } from "./start-brim";

const STRIPE_KEY = "sk_test_brimprocesses";
const WEBHOOK_SECRET = "whsec_brimprocesses";

/** Brim and the sandbox as two processes of the production build, on databases of their own. */
export interface BrimProcesses {
  appUrl: string;
  customerKey: string;
  customerId: string;
  /** Ends Brim as the kernel would: no goodbye, nothing flushed. */
  killApp(): Promise<void>;
  /** Asks Brim to end, as a service manager does. */
  stopApp(): Promise<void>;
  startApp(): Promise<void>;
  /** Starts one more Brim beside it, on the same database, as behind a load balancer; tells its address. */
  startAnotherApp(): Promise<string>;
  control(path: string, body?: unknown): Promise<Record<string, unknown>>;
  query(sql: string, values: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/**
 * Starts both beside the demo, on its Postgres server.
 *
 * @param more settings of Brim beside those that it needs
 */
export async function startProcesses(more: Record<string, string> = {}): Promise<BrimProcesses> {
  const [appPort, sandboxPort] = await freePorts(2);
  const [database, sandboxDatabase] = [await createDatabase("app"), await createDatabase("sandbox")];
  await applyMigrations({ databaseUrl: database });
  const appUrl = `http://127.0.0.1:${appPort}`;
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const settings = {
    APP_URL: appUrl,
    PORT: String(appPort),
    HOST: "127.0.0.1",
    DATABASE_URL: database,
    STRIPE_SECRET_KEY: STRIPE_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: sandboxUrl,
    NEXTAUTH_SECRET: "a secret of at least thirty-two characters",
    LOG_LEVEL: "warn",
    ...more,
  };
  const sandbox = await start("dist/sandbox.js", {
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_DATABASE_URL: sandboxDatabase,
    SANDBOX_SECRET_KEY: STRIPE_KEY,
    SANDBOX_WEBHOOK_URL: `${appUrl}/api/webhooks/stripe`,
    SANDBOX_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  let app = await start("dist/server.js", settings);
  const others: ChildProcess[] = [];
  const { stdout } = await promisify(execFile)(process.execPath, ["dist/seed.js"], {
    env: { ...process.env, ...settings },
  });
  const seeded = JSON.parse(stdout) as { customerId: string; customerApiKey: string };
  const connections = new pg.Pool({ connectionString: database, max: 2 });
  return {
    appUrl,
    customerKey: seeded.customerApiKey,
    customerId: seeded.customerId,
    killApp: () => end(app, "SIGKILL"),
    stopApp: () => end(app, "SIGTERM"),
    async startApp() {
      app = await start("dist/server.js", settings);
    },
    async startAnotherApp() {
      const [port] = await freePorts(1);
      others.push(await start("dist/server.js", { ...settings, PORT: String(port) }));
      return `http://127.0.0.1:${port}`;
    },
    async control(path, body = {}) {
      const response = await fetch(`${sandboxUrl}/_control${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return (await response.json()) as Record<string, unknown>;
    },
    query: async (sql, values) => (await connections.query(sql, values)).rows,
    async stop() {
      await connections.end();
      await Promise.all([app, ...others, sandbox].map((child) => end(child, "SIGTERM")));
    },
  };
}

async function createDatabase(purpose: string): Promise<string> {
  const url = new URL(demo().databaseUrl);
  const name = `processes_${purpose}_${Date.now()}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

/** Starts a command and waits until it says that it is ready. */
function start(file: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve(child));
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}:\n${errors}`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}
