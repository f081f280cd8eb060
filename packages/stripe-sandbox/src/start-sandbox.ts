import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { CallMeter, RATE_LIMITS } from "./api/call-meter";
import { createApi } from "./api/create-api";
import { createControl } from "./control/create-control";
import { createDashboard } from "./dashboard/create-dashboard";
import { FaultList } from "./faults/api-faults";
import { DeliveryFaultList } from "./faults/delivery-faults";
import { type Housekeeping, startHousekeeping } from "./housekeeping";
import { operations } from "./operations";
import { type SandboxOptions, silentLog } from "./options";
import { createChallengePages } from "./pages/challenge-pages";
import { createCheckoutPages } from "./pages/create-checkout-pages";
import { createInvoicePages } from "./pages/create-invoice-pages";
import { createPortalPages } from "./pages/create-portal-pages";
import { messagePage, type PageEnv, show } from "./pages/layout";
import { upsertConfiguredEndpoint } from "./resources/webhook-endpoints";
import { inTransaction, NO_REQUEST, type Runtime } from "./runtime";
import { openClock } from "./store/clock";
import { type Database, openDatabase } from "./store/database";
import { randomLetters } from "./store/ids";
import { openRandom } from "./store/random";
import { settingOrDefault } from "./store/settings";
import { DEFAULT_RETRY_SCHEDULE_MS, type DeliveryLoop, startDeliveryLoop } from "./webhooks/delivery-loop";
import { RESPONSE_TIMEOUT_MS } from "./webhooks/send-delivery";

export interface Sandbox {
  /** Base address of the API and pages, without a trailing slash. */
  url: string;
  port: number;
  secretKey: string;
  /** Finishes open requests, gives webhooks in flight a moment to finish, then closes. */
  stop(): Promise<void>;
}

/**
 * Starts a local Stripe: the API, the hosted pages and the webhooks, with all state in the given database.
 *
 * @throws Error the database is unreachable, the port is taken, or the key does not start with `sk_test_`
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (options.secretKey !== undefined && !options.secretKey.startsWith("sk_test_")) {
    throw new Error("The sandbox's secret key has to start with sk_test_.");
  }
  const db = await openDatabase(options.databaseUrl);
  try {
    return await startOn(db, options);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function startOn(db: Database, options: SandboxOptions): Promise<Sandbox> {
  const log = options.log ?? silentLog;
  const clock = await openClock(db);
  const secretKey =
    options.secretKey ?? (await settingOrDefault(db, "secret_key", () => `sk_test_${randomLetters(32)}`));
  const { server, url, port, serve } = await listen(options.host ?? "127.0.0.1", options.port ?? 0);
  const bootId = randomUUID();
  const random = await openRandom(db, options.seed);
  const deliveryFaults = new DeliveryFaultList();
  const deliveries = await startDeliveryLoop({
    db,
    clock,
    log,
    bootId,
    retryScheduleMs: options.retryScheduleMs ?? DEFAULT_RETRY_SCHEDULE_MS,
    timeoutMs: options.deliveryTimeoutMs ?? RESPONSE_TIMEOUT_MS,
    faults: deliveryFaults,
    random,
  });
  const runtime: Runtime = {
    db,
    clock,
    log,
    bootId,
    secretKey,
    publicUrl: (options.publicUrl ?? url).replace(/\/$/, ""),
    faults: new FaultList(),
    deliveryFaults,
    calls: new CallMeter(RATE_LIMITS[options.rateLimits ?? "off"]),
    rateLimitMode: options.rateLimits ?? "off",
    withheldPermissions: new Set(),
    random,
    deliveries,
    redirectWaitMs: options.redirectWaitMs ?? 10_000,
    keysToRelease: new Set(),
    configuredEndpoint: options.webhook,
  };
  await inTransaction(runtime, NO_REQUEST, (tx) => upsertConfiguredEndpoint(tx, options.webhook));
  serve(createApp(runtime, deliveries));
  const housekeeping = startHousekeeping(runtime);
  return { url, port, secretKey, stop: once(() => stop(server, housekeeping, deliveries, db)) };
}

function createApp(runtime: Runtime, deliveries: DeliveryLoop): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route("/", createControl(runtime, deliveries));
  app.route("/", createDashboard(runtime, deliveries));
  app.route("/", createApi(runtime, operations));
  app.route("/", createPages(runtime));
  app.onError((error, c) => {
    runtime.log.error({ err: error, path: c.req.path }, "sandbox page failed");
    return c.text("The sandbox failed; its log has the details.", 500);
  });
  return app;
}

interface Listening {
  server: Server;
  url: string;
  port: number;
  serve(app: Hono<{ Bindings: HttpBindings }>): void;
}

/** Binds the port first: the address of the hosted pages must be known before the first session is created. */
async function listen(host: string, port: number): Promise<Listening> {
  let handler: ReturnType<typeof getRequestListener> | undefined;
  const server = createServer((request, response) => {
    if (handler) void handler(request, response);
    else response.writeHead(503).end();
  });
  // Node's default of five seconds closes connections that a busy client is about to reuse.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server has no port");
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    server,
    port: bound.port,
    url: `http://${name}:${bound.port}`,
    serve(app) {
      handler = getRequestListener((request, env) => app.fetch(request, env), {
        overrideGlobalObjects: false,
      });
    },
  };
}

async function stop(
  server: Server,
  housekeeping: Housekeeping,
  deliveries: DeliveryLoop,
  db: Database,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await housekeeping.stop();
  await deliveries.stop();
  // Open requests get a moment to finish; a client that keeps its connection open does not block the shutdown.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
  server.closeAllConnections();
  await db.close();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** Pages for customers and cardholders. */
export function createPages(runtime: Runtime): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.route("/", createCheckoutPages(runtime));
  pages.route("/", createChallengePages(runtime));
  pages.route("/", createInvoicePages(runtime));
  pages.route("/", createPortalPages(runtime));
  pages.notFound((c) => show(c, messagePage("Not found", "There is no page at this address."), 404));
  return pages;
}
