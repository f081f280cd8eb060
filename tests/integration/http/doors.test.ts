import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { door, isApiPath, ROUTES } from "@/lib/http";
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

/** The `route.ts` files under `app/api` that are the API's: without sign-in and the catch-all. */
function routeFiles(): string[] {
  return readdirSync(API_FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts")
    .filter((file) => !file.startsWith("auth") && !file.includes("[..."))
    .sort();
}

const fileOf = (routePath: string) =>
  `${routePath.replace("/api/", "").replace(/\{(\w+)\}/g, "[$1]")}/route.ts`;

/** Every method that a `route.ts` can answer. */
const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

describe("the list of routes", () => {
  it("has a file for each route and a route for each file", () => {
    expect(routeFiles()).toEqual([...new Set(ROUTES.map((route) => fileOf(route.path)))].sort());
  });

  it.each([...routeFiles(), "v1/[...unknown]/route.ts"])(
    "%s exports the door under every method, so that Next answers none by itself",
    async (file) => {
      const module = (await import(path.join(API_FOLDER, file))) as Record<string, unknown>;

      expect(Object.keys(module).sort()).toEqual(METHODS);
      for (const method of METHODS) expect(module[method]).toBe(door);
    },
  );

  it("goes through the direct door as a whole, and nothing else does", () => {
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

  it("gives each route an operation id of its own", () => {
    const ids = ROUTES.map((route) => route.operationId);

    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("both doors", () => {
  let brim: RunningBrim;
  let customer: ApiCustomer;

  beforeAll(async () => {
    brim = await startBrim();
    customer = await aCustomer(brim);
  });
  afterAll(() => brim.stop());

  const requests: [what: string, path: string, init: () => RequestInit][] = [
    ["a read", "/api/v1/billing/balance", () => ({ headers: { authorization: `Bearer ${customer.key}` } })],
    ["no key", "/api/v1/billing/balance", () => ({})],
    ["an unknown address", "/api/v1/nothing", () => ({})],
    [
      "a refused body",
      "/api/v1/billing/checkout-session",
      () => ({
        method: "POST",
        headers: { authorization: `Bearer ${customer.key}`, "content-type": "application/json" },
        body: '{"amount_usd":"4.99"}',
      }),
    ],
    ["a wrong method", "/api/v1/billing/balance", () => ({ method: "PUT" })],
    ["another one, with a body", "/api/v1/usage/charges", () => ({ method: "PATCH", body: "{}" })],
    ["a preflight", "/api/v1/billing/topups", () => ({ method: "OPTIONS" })],
    ["a wrong method of one thing", "/api/v1/billing/topups/topup_1", () => ({ method: "DELETE" })],
    ["a wrong method of Stripe's address", "/api/webhooks/stripe", () => ({ method: "GET" })],
    ["an unsigned event", "/api/webhooks/stripe", () => ({ method: "POST", body: "{}" })],
  ];

  it.each(requests)("answer %s alike", async (_what, address, init) => {
    const direct = await call(brim, address, init());
    const throughNext = await door(new Request(`${brim.url}${address}`, init()));

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
  ])("answer %s %s with 404 and name the methods that it takes: %s", async (method, address, allowed) => {
    const { status, headers, body } = await call(brim, address, { method });

    expect([status, body.error, headers.get("allow")]).toEqual([404, "NOT_FOUND", allowed]);
    if (allowed) expect(body.message).toContain(`with the method ${method}; it takes ${allowed}.`);
  });

  it("answer HEAD like GET, but without its body", async () => {
    const init = { method: "HEAD", headers: { authorization: `Bearer ${customer.key}` } };

    const direct = await fetch(`${brim.url}/api/v1/billing/balance`, init);
    const throughNext = await door(new Request(`${brim.url}/api/v1/billing/balance`, init));

    expect([direct.status, throughNext.status]).toEqual([200, 200]);
    expect([await direct.text(), await throughNext.text()]).toEqual(["", ""]);
  });

  it("are ready as long as a worker is heard", async () => {
    const worker = await startJobs([{ task: "nothing", cron: "0 0 1 1 *", run: async () => {} }]);

    const ask = () => call(brim, "/api/v1/ready", {});
    await eventually(ask, ({ status }) => status === 200);
    await worker.stop();
    await eventually(ask, ({ status }) => status === 503);
    await pool().query("ALTER TABLE _prisma_migrations RENAME TO away");
    const unmigrated = await eventually(ask, ({ body }) => /Migrations/.test(body.message));
    await pool().query("ALTER TABLE away RENAME TO _prisma_migrations");

    expect(unmigrated.status).toBe(503);
  });

  it("ask the database once for all who want to know whether it is ready", async () => {
    const burst = Array.from({ length: 100 }, () => readReadiness());

    expect(new Set(burst).size).toBe(1);
    await burst[0];
  });

  it("give the same text of the document each time, made once", async () => {
    const [first, second] = [
      await call(brim, "/api/v1/openapi.json", {}),
      await call(brim, "/api/v1/openapi.json", {}),
    ];

    expect(first.headers.get("content-type")).toBe("application/json");
    expect(second.body).toEqual(first.body);
  });
});
