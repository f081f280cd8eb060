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

it("reports the time from a payment to its credit as a histogram, from the database", async () => {
  const name = "brim_topup_spendable_seconds";
  const bucket = (le: string) => `${name}_bucket{le="${le}"}`;
  await prisma().topUpDelay.deleteMany();
  await prisma().topUpDelay.createMany({
    data: [
      { upToMs: 1_000, count: 4, sumMs: 2_000 },
      { upToMs: 15_000, count: 2, sumMs: 24_000 },
      { upToMs: Number.MAX_SAFE_INTEGER, count: 1, sumMs: 100_000_000 },
    ],
  });

  const after = await samples();

  expect(
    [bucket("1"), bucket("5"), bucket("15"), bucket("86400"), bucket("+Inf")].map((le) => after[le]),
  ).toEqual([4, 4, 6, 6, 7]);
  expect([after[`${name}_sum`], after[`${name}_count`]]).toEqual([100_026, 7]);
});

it("reports open findings of the reconciliation with their amounts, and how old its reads are", async () => {
  const now = new Date();
  const finding = {
    currency: "usd",
    message: "Missing",
    whatToDo: "Look",
    firstSeenAt: now,
    lastSeenAt: now,
  };
  const quiet = await samples();
  const kind = "money_without_credit";
  await prisma().reconciliationFinding.createMany({
    data: [
      { ...finding, customerId: "operator", kind, subjectId: "txn_1", amountCents: 2_500 },
      { ...finding, customerId: "operator", kind, subjectId: "txn_2", amountCents: -500 },
      { ...finding, customerId: "operator", kind, subjectId: "txn_3", amountCents: 1, closedAt: now },
    ],
  });
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
  await prisma().reconciliationReport.create({
    data: {
      windowFrom: ago(90_000),
      windowTo: ago(7_200),
      balanceTransactions: 1,
      transfers: 1,
      healed: 0,
      findings: 2,
      finishedAt: now,
    },
  });
  await prisma().stripeEventCursor.create({ data: { list: "top_ups", reader: "poll", readAt: ago(100) } });

  const troubled = await samples();

  expect(quiet.brim_reconciliation_report_age_seconds).toBeNaN();
  expect(quiet.brim_stripe_events_read_age_seconds).toBeNaN();
  expect(troubled[`brim_reconciliation_findings{kind="${kind}"}`]).toBe(2);
  expect(troubled[`brim_reconciliation_drift_cents{kind="${kind}"}`]).toBe(3_000);
  expect(troubled.brim_reconciliation_report_age_seconds).toBeGreaterThanOrEqual(7_200);
  expect(troubled.brim_stripe_events_read_age_seconds).toBeGreaterThanOrEqual(100);
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
