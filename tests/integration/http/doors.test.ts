import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { door, isApiPath, ROUTES } from "@/lib/http";
import { startJobs } from "@/lib/platform/jobs";
import { type ApiCustomer, aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";

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

describe("the list of routes", () => {
  it("has a file for each route and a route for each file", () => {
    expect(routeFiles()).toEqual([...new Set(ROUTES.map((route) => fileOf(route.path)))].sort());
  });

  it.each(routeFiles())("%s exports the door under exactly the methods of the list", async (file) => {
    const module = (await import(path.join(API_FOLDER, file))) as Record<string, unknown>;

    const methods = ROUTES.filter((route) => fileOf(route.path) === file).map((route) => route.method);

    expect(Object.keys(module).sort()).toEqual([...methods].sort());
    for (const method of methods) expect(module[method]).toBe(door);
  });

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
    ["an unsigned event", "/api/webhooks/stripe", () => ({ method: "POST", body: "{}" })],
  ];

  it.each(requests)("answer %s alike", async (_what, address, init) => {
    const direct = await call(brim, address, init());
    const throughNext = await door(new Request(`${brim.url}${address}`, init()));

    expect(throughNext.status).toBe(direct.status);
    const withoutId = (body: Record<string, unknown>) => ({ ...body, request_id: undefined });
    expect(withoutId(await throughNext.json())).toEqual(withoutId(direct.body));
  });

  it("are ready as long as a worker is heard", async () => {
    const worker = await startJobs([{ task: "nothing", cron: "0 0 1 1 *", run: async () => {} }]);

    expect((await call(brim, "/api/v1/ready", {})).body).toEqual({ status: "ready" });
    await worker.stop();
    expect((await call(brim, "/api/v1/ready", {})).status).toBe(503);
  });
});
