import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import { applyMigrations } from "@/lib/platform/migrations";
import { demo } from "./demo";
import { freePorts } from "./start-brim";

const STRIPE_KEY = "sk_test_brimprocesses";
const WEBHOOK_SECRET = "whsec_brimprocesses";

/** Brim and the sandbox as two processes of the production build, each with its own database. */
export interface BrimProcesses {
  appUrl: string;
  customerKey: string;
  customerId: string;
  operatorKey: string;
  /** Kills Brim with SIGKILL. */
  killApp(): Promise<void>;
  /** Stops Brim with SIGTERM. */
  stopApp(): Promise<void>;
  startApp(): Promise<void>;
  /** Starts another Brim on the same database, as behind a load balancer. */
  startAnotherApp(more?: Record<string, string>): Promise<{ url: string; stop(): Promise<void> }>;
  /** Calls the sandbox's control API: POST with a body, GET without. */
  control(path: string, body?: unknown): Promise<Record<string, unknown>>;
  query(sql: string, values: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Starts both on the demo's Postgres server. If one fails to start, stops the others. */
export async function startProcesses(): Promise<BrimProcesses> {
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
  };
  const running = new Set<ChildProcess>();
  const start = async (file: string, env: Record<string, string>) => {
    const child = spawnCommand(file, env);
    running.add(child.process);
    await child.ready;
    return child.process;
  };
  const stopAll = async () => {
    await Promise.all([...running].map((child) => end(child, "SIGTERM")));
  };
  try {
    await start("packages/stripe-sandbox/src/cli.ts", {
      SANDBOX_PORT: String(sandboxPort),
      SANDBOX_DATABASE_URL: sandboxDatabase,
      SANDBOX_SECRET_KEY: STRIPE_KEY,
      SANDBOX_WEBHOOK_URL: `${appUrl}/api/webhooks/stripe`,
      SANDBOX_WEBHOOK_SECRET: WEBHOOK_SECRET,
    });
    const seeded = await seed(settings);
    let app = await start("dist/server.js", settings);
    const connections = new pg.Pool({ connectionString: database, max: 2 });
    return {
      appUrl,
      customerKey: seeded.customerApiKey,
      customerId: seeded.customerId,
      operatorKey: seeded.operatorApiKey,
      killApp: () => end(app, "SIGKILL"),
      stopApp: () => end(app, "SIGTERM"),
      async startApp() {
        app = await start("dist/server.js", settings);
      },
      async startAnotherApp(more = {}) {
        const [port] = await freePorts(1);
        const other = await start("dist/server.js", { ...settings, ...more, PORT: String(port) });
        return { url: `http://127.0.0.1:${port}`, stop: () => end(other, "SIGTERM") };
      },
      async control(path, body) {
        const response = await fetch(`${sandboxUrl}/_control${path}`, {
          ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
          headers: { "content-type": "application/json" },
        });
        return (await response.json()) as Record<string, unknown>;
      },
      query: async (sql, values) => (await connections.query(sql, values)).rows,
      async stop() {
        await connections.end();
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function seed(settings: Record<string, string>) {
  const { stdout } = await promisify(execFile)(process.execPath, ["dist/seed.js"], {
    env: { ...process.env, ...settings },
  });
  return JSON.parse(stdout) as { customerId: string; customerApiKey: string; operatorApiKey: string };
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

/** Starts a command. `ready` resolves when it reports that it is ready. It exits when this process does. */
function spawnCommand(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, file.endsWith(".ts") ? ["--import", "tsx", file] : [file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += String(chunk);
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) => reject(new Error(`${file} exited with code ${code}:\n${errors}`)));
  });
  return { process: child, ready };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}
