import { afterAll, beforeAll, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { startJobs } from "@/lib/platform/jobs";
import { type ApiCustomer, aCustomer, call, type RunningBrim, startBrim } from "@/tests/support/brim";
import { anOperator, type Operator } from "@/tests/support/operator";

const METRICS = "/api/v1/metrics";

let brim: RunningBrim;
let operator: Operator;
let customer: ApiCustomer;

beforeAll(async () => {
  brim = await startBrim();
  [operator, customer] = [await anOperator(brim), await aCustomer(brim)];
});
afterAll(() => brim.stop());

/** Parses the samples by name and labels, like Prometheus. */
async function samples(): Promise<Record<string, number>> {
  const response = await fetch(`${brim.url}${METRICS}`, {
    headers: { authorization: `Bearer ${operator.key}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

it("counts requests by operation and status", async () => {
  const name = (operation: string, status: number) =>
    `brim_http_request_duration_seconds_count{operation="${operation}",status="${status}"}`;
  const before = await samples();

  for (let n = 0; n < 3; n++) await customer.get("/api/v1/billing/balance");
  await call(brim, "/api/v1/billing/balance", {});
  await customer.get("/api/v1/nothing");

  const after = await samples();
  const gained = (operation: string, status: number) =>
    (after[name(operation, status)] ?? 0) - (before[name(operation, status)] ?? 0);
  expect(gained("getBalance", 200)).toBe(3);
  expect(gained("getBalance", 401)).toBe(1);
  expect(gained("unknown", 404)).toBe(1);
  expect(gained("getMetrics", 200)).toBe(1);
  expect(after.process_resident_memory_bytes).toBeGreaterThan(0);
});

it("reports each problem while its rows exist", async () => {
  const { customerId } = customer;
  const quiet = await samples();
  const past = new Date(Date.now() - 120_000);
  await prisma().alert.createMany({
    data: [
      { customerId, alertId: "alert_1", kind: "ledger_broken", subjectId: customerId, message: "Broken" },
      { customerId, alertId: "alert_2", kind: "second_payment", subjectId: "pi_1", message: "Twice" },
      {
        customerId,
        alertId: "alert_3",
        kind: "second_payment",
        subjectId: "pi_2",
        message: "Twice",
        resolvedAt: past,
      },
    ],
  });
  await prisma().stripeEvent.create({
    data: {
      stripeEventId: "evt_1",
      type: "charge.refunded",
      livemode: false,
      payload: {},
      status: "failed",
      occurredAt: past,
      receivedAt: past,
    },
  });
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId: body.topup_intent_id } },
    data: { sessionExpiresAt: new Date(Date.now() - 16 * 60_000) },
  });
  await prisma().$executeRaw`SELECT graphile_worker.add_job('nobody-does-this', '{}', run_at := ${past})`;

  const troubled = await samples();
  await prisma().alert.deleteMany();
  await prisma().stripeEvent.deleteMany();
  const calm = await samples();

  const names = [
    "brim_ledger_drift_customers",
    'brim_open_alerts{kind="ledger_broken"}',
    'brim_open_alerts{kind="second_payment"}',
    "brim_failed_stripe_events",
    "brim_stuck_top_ups",
    "brim_due_jobs",
  ];
  expect(names.map((name) => quiet[name] ?? null)).toEqual([0, null, null, 0, 0, 0]);
  expect(names.map((name) => troubled[name] ?? null)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(troubled.brim_failed_stripe_event_oldest_seconds).toBeGreaterThan(110);
  expect(troubled.brim_due_job_oldest_seconds).toBeGreaterThan(110);
  expect(names.map((name) => calm[name] ?? null)).toEqual([0, null, null, 0, 1, 1]);
});

it("reports how long ago a worker last reported", async () => {
  expect((await samples()).brim_worker_silence_seconds).toBeNaN();

  const worker = await startJobs([{ task: "nothing", cron: "0 0 1 1 *", run: async () => {} }]);
  const heard = (await samples()).brim_worker_silence_seconds;
  await worker.stop();

  expect(heard).toBeGreaterThanOrEqual(0);
  expect(heard).toBeLessThan(10);
});

it("requires an operator key with the scope admin", async () => {
  const spender = await anOperator(brim, ["usage:read"]);

  expect((await call(brim, METRICS, {})).status).toBe(401);
  for (const caller of [customer, spender]) {
    expect((await caller.get(METRICS)).body.details).toEqual({ required_scope: "admin" });
  }
});
