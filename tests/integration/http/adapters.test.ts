import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as http from "@/lib/http";
import { isApiPath, ROUTES, serve } from "@/lib/http";
import { readReadiness } from "@/lib/monitoring";
import { pool } from "@/lib/platform/db";
import { startJobs } from "@/lib/platform/jobs";
import {
  type ApiCustomer,
  aCustomer,
  call,
  eventually,
  type RunningBrim,
  startBrim,
} from "@/tests/support/brim";

const API_FOLDER = path.resolve("app/api");
const CATCH_ALL = "v1/[...unknown]/route.ts";

/** The `route.ts` files of the API: without sign-in and the catch-all. */
function routeFiles(): string[] {
  return readdirSync(API_FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts")
    .filter((file) => !file.startsWith("auth") && !file.includes("[..."))
    .sort();
}

const fileOf = (routePath: string) =>
  `${routePath.replace("/api/", "").replace(/\{(\w+)\}/g, "[$1]")}/route.ts`;

/** The methods that a `route.ts` can export. */
const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] as const;

type RouteFile = Record<string, (request: Request) => Promise<Response>>;

const importRouteFile = (file: string) => import(path.join(API_FOLDER, file)) as Promise<RouteFile>;

describe("the route.ts files", () => {
  it("exist for each route, and there is a route for each of them", () => {
    expect(routeFiles()).toEqual([...new Set(ROUTES.map((route) => fileOf(route.path)))].sort());
  });

  it.each([...routeFiles(), CATCH_ALL])(
    "%s exports every method, so that Next's default responses are never used",
    async (file) => {
      expect(Object.keys(await importRouteFile(file)).sort()).toEqual(METHODS);
    },
  );

  it("differ from each other", () => {
    const sources = [...routeFiles(), CATCH_ALL].map((file) =>
      readFileSync(path.join(API_FOLDER, file), "utf8"),
    );

    expect(new Set(sources).size).toBe(sources.length);
  });

  it("import each of their operations by its operation id", () => {
    for (const route of ROUTES) expect(http).toHaveProperty(route.operationId, route);
  });
});

describe("the list of routes", () => {
  it("is what the Node listener serves, and nothing else", () => {
    for (const route of ROUTES) expect(isApiPath(route.path)).toBe(true);
    for (const other of [
      "/billing",
      "/api/auth/session",
      "/api/v1",
      "/api/webhooks/stripe/x",
      "/_next/api/v1/",
    ]) {
      expect(isApiPath(other)).toBe(false);
    }
  });

  it("has unique operation ids", () => {
    const ids = ROUTES.map((route) => route.operationId);

    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("both adapters", () => {
  let brim: RunningBrim;
  let customer: ApiCustomer;
  const next = serve(...ROUTES).GET;

  beforeAll(async () => {
    brim = await startBrim();
    customer = await aCustomer(brim);
  });
  afterAll(() => brim.stop());

  const requests: [what: string, path: string, init: () => RequestInit][] = [
    ["a read", "/api/v1/billing/balance", () => ({ headers: { authorization: `Bearer ${customer.key}` } })],
    ["no key", "/api/v1/billing/balance", () => ({})],
    ["an unknown path", "/api/v1/nothing", () => ({})],
    [
      "an invalid body",
      "/api/v1/billing/checkout-session",
      () => ({
        method: "POST",
        headers: { authorization: `Bearer ${customer.key}`, "content-type": "application/json" },
        body: '{"amount_usd":"4.99"}',
      }),
    ],
    ["a wrong method", "/api/v1/billing/balance", () => ({ method: "PUT" })],
    ["a wrong method with a body", "/api/v1/usage/charges", () => ({ method: "PATCH", body: "{}" })],
    ["a preflight", "/api/v1/billing/topups", () => ({ method: "OPTIONS" })],
    ["a wrong method of a single object", "/api/v1/billing/topups/topup_1", () => ({ method: "DELETE" })],
    ["a wrong method of the webhook", "/api/webhooks/stripe", () => ({ method: "GET" })],
    ["an unsigned event", "/api/webhooks/stripe", () => ({ method: "POST", body: "{}" })],
  ];

  it.each(routeFiles())("serve in %s exactly the routes of its path", async (file) => {
    const handlers = await importRouteFile(file);

    const served = await Promise.all(
      ROUTES.map(async (route) => {
        const address = `${brim.url}${route.path.replace(/\{\w+\}/g, "x")}`;
        const response = await handlers[route.method]?.(new Request(address, { method: route.method }));
        const body = await response?.text();
        return body !== undefined && !body.includes("There is no such endpoint");
      }),
    );

    expect(served).toEqual(ROUTES.map((route) => fileOf(route.path) === file));
  });

  it.each(requests)("return the same response for %s", async (_what, address, init) => {
    const direct = await call(brim, address, init());
    const throughNext = await next(new Request(`${brim.url}${address}`, init()));

    expect(throughNext.status).toBe(direct.status);
    expect(throughNext.headers.get("allow")).toBe(direct.headers.get("allow"));
    const withoutId = (body: Record<string, unknown>) => ({ ...body, request_id: undefined });
    expect(withoutId(await throughNext.json())).toEqual(withoutId(direct.body));
  });

  it.each([
    ["PUT", "/api/v1/billing/balance", "GET, HEAD"],
    ["PUT", "/api/v1/billing/payment-methods/pm_1", "DELETE"],
    ["GET", "/api/v1/usage/charges/batch", "POST"],
    ["DELETE", "/api/v1/admin/customers", "POST, GET, HEAD"],
    ["OPTIONS", "/api/v1/openapi.json", "GET, HEAD"],
    ["PUT", "/api/v1/openapi_json", null],
    ["PUT", "/api/v1/billing/balance/", null],
  ])("return 404 with the allowed methods for %s %s: %s", async (method, address, allowed) => {
    const { status, headers, body } = await call(brim, address, { method });

    expect([status, body.error, headers.get("allow")]).toEqual([404, "NOT_FOUND", allowed]);
    if (allowed) expect(body.message).toContain(`for the method ${method}. Allowed methods: ${allowed}.`);
  });

  it("answer HEAD like GET, without the body", async () => {
    const init = { method: "HEAD", headers: { authorization: `Bearer ${customer.key}` } };

    const direct = await fetch(`${brim.url}/api/v1/billing/balance`, init);
    const throughNext = await next(new Request(`${brim.url}/api/v1/billing/balance`, init));

    expect([direct.status, throughNext.status]).toEqual([200, 200]);
    expect([await direct.text(), await throughNext.text()]).toEqual(["", ""]);
  });

  it("are ready while a worker reports", async () => {
    const worker = await startJobs([{ task: "nothing", cron: "0 0 1 1 *", run: async () => {} }]);

    const ask = () => call(brim, "/api/v1/ready", {});
    await eventually(ask, ({ status }) => status === 200);
    await worker.stop();
    await eventually(ask, ({ status }) => status === 503);
    await pool().query("ALTER TABLE _prisma_migrations RENAME TO away");
    const unmigrated = await eventually(ask, ({ body }) => /migrations/.test(body.message));
    await pool().query("ALTER TABLE away RENAME TO _prisma_migrations");

    expect(unmigrated.status).toBe(503);
  });

  it("query the database once for concurrent readiness checks", async () => {
    const burst = Array.from({ length: 100 }, () => readReadiness());

    expect(new Set(burst).size).toBe(1);
    await burst[0];
  });

  it("return the same OpenAPI document each time", async () => {
    const [first, second] = [
      await call(brim, "/api/v1/openapi.json", {}),
      await call(brim, "/api/v1/openapi.json", {}),
    ];

    expect(first.headers.get("content-type")).toBe("application/json");
    expect(second.body).toEqual(first.body);
  });
});
