import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { startTcpProxy, type TcpProxy } from "@/tests/support/tcp-proxy";

let brim: RunningBrim;
let proxy: TcpProxy;

beforeAll(async () => {
  brim = await startBrim({ settings: { STRIPE_TIMEOUT_MS: "1000" } });
  proxy = await startTcpProxy(brim.sandbox.url);
});
afterEach(() => {
  proxy.setDown(false);
  Object.assign(process.env, { STRIPE_API_BASE: brim.sandbox.url });
});
afterAll(async () => {
  await proxy.stop();
  await brim.stop();
});

/** Starts a proxy between Brim and Stripe. */
function throughProxy(): void {
  Object.assign(process.env, { STRIPE_API_BASE: proxy.url.replace(/\/$/, "") });
  Object.assign(globalThis, { brimStripe: undefined, brimEnv: undefined });
}

it("a top-up gets 503 if Stripe never responds, and its key succeeds later with the same intent", async () => {
  throughProxy();
  const customer = await aCustomer(brim);
  const start = () =>
    customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" }, { "idempotency-key": "a" });
  proxy.setDown(true);

  const lost = await start();
  proxy.setDown(false);
  const again = await start();

  expect(lost.status).toBe(503);
  expect(lost.body).toMatchObject({
    error: "SERVICE_UNAVAILABLE",
    details: { reason: "stripe_unavailable" },
  });
  expect(again.status).toBe(200);
  expect(await prisma().topUpIntent.count({ where: { customerId: customer.customerId } })).toBe(1);
});

it("a slow response does not keep a call alive", async () => {
  throughProxy();
  const customer = await aCustomer(brim);
  proxy.trickle(300);

  const { status, body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  proxy.trickle(null);

  expect(status).toBe(503);
  expect(body.details).toEqual({ reason: "stripe_unavailable" });
});
