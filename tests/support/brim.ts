import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { getRequestListener } from "@hono/node-server";
import Stripe from "stripe";
import { type Sandbox, startSandbox } from "stripe-sandbox";
import { createApiKey } from "@/lib/api-keys";
import type { Scope } from "@/lib/auth";
import { createCustomer } from "@/lib/customers";
import { apiListener, ROUTES, serve } from "@/lib/http";
import { closeDatabase } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { expectDocumented } from "./api-document";
import { createTestDatabase } from "./database";
import { onFileEnd } from "./file-resources";
import { applySettings } from "./settings";

const SECRET_KEY = "sk_test_brimintegrationtests";
const WEBHOOK_SECRET = "whsec_brimintegrationtests";

/** Brim's API and the sandbox, each over HTTP on its own port. */
export interface RunningBrim {
  url: string;
  sandbox: Sandbox;
  /** The sandbox's database, for changes that its API cannot make. */
  sandboxDatabaseUrl: string;
  /** The real Stripe SDK, connected to the sandbox. */
  stripe: Stripe;
  webhookSecret: string;
  /** Calls the sandbox's control API: `control("/clock", { advance_seconds: 60 })`. */
  control(path: string, body?: unknown, method?: string): Promise<Record<string, unknown>>;
  /** With `startListening`, simulates a restart of Brim. */
  stopListening(): Promise<void>;
  startListening(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both on new databases. Start one per test file; each test creates its own customers. */
export async function startBrim(
  options: { settings?: Record<string, string>; retryScheduleMs?: number[] } = {},
): Promise<RunningBrim> {
  const [database, sandboxDatabase] = await Promise.all([
    createTestDatabase(),
    createTestDatabase({ empty: true }),
  ]);
  let server = await listen(0);
  const forgetServer = onFileEnd("the API server", () => close(server));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const sandbox = await startSandbox({
    databaseUrl: sandboxDatabase.url,
    secretKey: SECRET_KEY,
    webhook: { url: `${url}/api/webhooks/stripe`, secret: WEBHOOK_SECRET },
    retryScheduleMs: options.retryScheduleMs ?? [200, 200, 500, ...Array(20).fill(1_000)],
    redirectWaitMs: 500,
  });
  const forgetSandbox = onFileEnd("the sandbox", () => sandbox.stop());
  applySettings({
    APP_URL: url,
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: SECRET_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: sandbox.url,
    ...options.settings,
  });
  const base = new URL(sandbox.url);
  return {
    url,
    sandbox,
    sandboxDatabaseUrl: sandboxDatabase.url,
    stripe: new Stripe(SECRET_KEY, {
      host: base.hostname,
      port: base.port,
      protocol: "http",
      telemetry: false,
    }),
    webhookSecret: WEBHOOK_SECRET,
    control: (path, body, method = "POST") => control(sandbox.url, path, body, method),
    stopListening: () => close(server),
    async startListening() {
      server = await listen(port);
    },
    async stop() {
      await sandbox.stop();
      await close(server);
      await closeDatabase();
      for (const forget of [forgetServer, forgetSandbox]) forget();
      await Promise.all([database.drop(), sandboxDatabase.drop()]);
    },
  };
}

/** Returns the adapter under test. The API tests run with both: the Node listener and the handler of the `route.ts` files. */
function adapterUnderTest(): RequestListener {
  return process.env.BRIM_TEST_ADAPTER === "next"
    ? getRequestListener(serve(...ROUTES).GET, { overrideGlobalObjects: false })
    : apiListener;
}

async function listen(port: number): Promise<Server> {
  const server = createServer(adapterUnderTest());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function control(sandboxUrl: string, path: string, body: unknown, method: string) {
  const response = await fetch(`${sandboxUrl}/_control${path}`, {
    method,
    ...(method === "GET"
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** A customer with an API key. */
export interface ApiCustomer {
  customerId: CustomerId;
  key: string;
  get(path: string): Promise<ApiResponse>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  put(path: string, body: unknown): Promise<ApiResponse>;
  delete(path: string): Promise<ApiResponse>;
}

/** A response of the API with its parsed body. */
export interface ApiResponse {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads fields of many shapes and asserts each.
  body: any;
}

/** Creates a customer with an API key of the given scopes. */
export async function aCustomer(
  brim: RunningBrim,
  scopes: "all" | readonly Scope[] = "all",
): Promise<ApiCustomer> {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  const { secret } = await createApiKey({ customerId, name: "test", scopes });
  return { customerId, key: secret, ...callerWith(brim, secret) };
}

/** Returns functions that call Brim with an API key. */
export function callerWith(brim: RunningBrim, key: string) {
  const authorization = `Bearer ${key}`;
  return {
    get: (path: string) => call(brim, path, { headers: { authorization } }),
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      call(brim, path, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    put: (path: string, body: unknown) =>
      call(brim, path, {
        method: "PUT",
        headers: { authorization, "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    delete: (path: string) => call(brim, path, { method: "DELETE", headers: { authorization } }),
  };
}

/** Sends one request to Brim and checks the response against the OpenAPI document. */
export async function call(brim: RunningBrim, path: string, init: RequestInit): Promise<ApiResponse> {
  const response = await fetch(`${brim.url}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json");
  const body = text === "" ? undefined : isJson ? JSON.parse(text) : text;
  const answer = { status: response.status, headers: response.headers, body };
  expectDocumented({ method: init.method ?? "GET", path, requestBody: readJson(init.body), ...answer });
  return answer;
}

function readJson(body: RequestInit["body"]): unknown {
  if (typeof body !== "string") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // some tests send invalid JSON
  }
}

/** How long a value may stay unchanged before `eventually` fails. */
const UNCHANGED_MS = 60_000;

/** Polls until a condition holds. Fails with the last value if it has not changed for a minute. */
export async function eventually<T>(read: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  let last: string | undefined;
  let changedAt = Date.now();
  for (;;) {
    const value = await read();
    if (isDone(value)) return value;
    const now = inspect(value, { depth: 9 });
    if (now !== last) [last, changedAt] = [now, Date.now()];
    if (Date.now() - changedAt > UNCHANGED_MS)
      throw new Error(`The condition never held. Last value: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
