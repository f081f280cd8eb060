import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { atDepth } from "../support/depth";
import { type BrimProcesses, startProcesses } from "./support/processes";

/** Shared by all tests in this file, because starting the servers dominates their cost. */
let brim: BrimProcesses;

test.beforeAll(async () => {
  brim = await startProcesses();
});
test.afterAll(() => brim?.stop());

async function call(path: string, body?: unknown, key = brim.customerKey): Promise<Record<string, unknown>> {
  const response = await fetch(`${brim.appUrl}/api/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function startTopUp(amountUsd: string) {
  const { topup_intent_id: id, session_id: session } = await call("/billing/checkout-session", {
    amount_usd: amountUsd,
  });
  return { id, session };
}

const pay = (session: unknown) => brim.control(`/checkout/${session}/pay`, {});

async function creditsOf(topUpId: unknown): Promise<number> {
  const rows = await brim.query("SELECT 1 FROM ledger_transfer WHERE source_id = $1 AND kind = 'credit'", [
    topUpId,
  ]);
  return rows.length;
}

/** Expects gapless transfers that add up to the customer's balance. Returns the number of transfers. */
async function expectLedgerComplete(): Promise<number> {
  const [row] = await brim.query(
    `SELECT count(*)::int AS n, coalesce(max(seq), 0)::int AS last,
            coalesce(sum(CASE WHEN kind = 'credit' THEN amount_nanos ELSE -amount_nanos END), 0)::text AS sum,
            (SELECT balance_nanos::text FROM ledger_account WHERE customer_id = $1) AS balance
     FROM ledger_transfer WHERE customer_id = $1`,
    [brim.customerId],
  );
  expect(row?.last).toBe(row?.n);
  expect(row?.balance).toBe(row?.sum);
  return Number(row?.n);
}

test("a top-up paid while Brim is down is credited once after the restart", async () => {
  const topUp = await startTopUp("25.00");
  await brim.killApp();
  const paying = pay(topUp.session);
  // Wait until the sandbox has tried to deliver the event and failed.
  const failures = async () => {
    const { data } = (await brim.control("/deliveries")) as {
      data: { type: string; error: string | null }[];
    };
    return data.filter(({ type, error }) => type === "checkout.session.completed" && error !== null);
  };
  await expect.poll(failures).toHaveLength(1);

  await brim.startApp();
  await paying;

  await expect.poll(() => creditsOf(topUp.id)).toBe(1);
  expect((await call("/billing/balance")).balance_usd).toBe("25.00");
});

test("a top-up is credited once when Brim is killed at any moment of the payment", async () => {
  const rounds = atDepth({ ci: 2, deep: 60 });
  const before = await expectLedgerComplete();

  const topUps = [];
  for (let round = 0; round < rounds; round++) {
    const topUp = await startTopUp("5.00");
    topUps.push(topUp.id);
    const paying = pay(topUp.session);
    await sleep(round * (100 / rounds) + 5); // the moment under test
    await brim.killApp();
    await brim.startApp();
    await paying;
  }

  for (const topUpId of topUps) await expect.poll(() => creditsOf(topUpId)).toBe(1);
  expect(await expectLedgerComplete()).toBe(before + rounds);
});

test.describe("graceful shutdown under load", () => {
  const CONNECTIONS = 16;
  const RESPONSES_BEFORE_STOP = 500;

  /** Charges a thousandth of a cent. Returns the status, or null if the connection closed without a response. */
  function charge(agent: Agent, key: string): Promise<number | null> {
    return new Promise((resolve) => {
      const outgoing = request(
        `${brim.appUrl}/api/v1/usage/charges`,
        {
          method: "POST",
          agent,
          headers: { authorization: `Bearer ${brim.customerKey}`, "content-type": "application/json" },
        },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? null));
          response.once("error", () => resolve(null));
        },
      );
      outgoing.once("error", () => resolve(null));
      outgoing.end(JSON.stringify({ amount_usd: "0.00001", idempotency_key: key }));
    });
  }

  async function keysInLedger(): Promise<string[]> {
    const rows = await brim.query(
      "SELECT idempotency_key AS key FROM ledger_transfer WHERE customer_id = $1 AND idempotency_key LIKE 'stop-%'",
      [brim.customerId],
    );
    return rows.map(({ key }) => String(key)).sort();
  }

  test("every accepted request gets a response, and no charge is lost", async () => {
    const topUp = await startTopUp("5.00");
    await pay(topUp.session);
    await expect.poll(() => creditsOf(topUp.id)).toBe(1);
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const answered: string[] = [];
    const unanswered: string[] = [];
    const statuses = new Set<number>();
    const sending = Array.from({ length: CONNECTIONS }, async (_, connection) => {
      for (let count = 0; ; count++) {
        const key = `stop-${connection}-${count}`;
        const status = await charge(agent, key);
        if (status === null) return unanswered.push(key);
        statuses.add(status);
        answered.push(key);
      }
    });
    await expect.poll(() => answered.length).toBeGreaterThan(RESPONSES_BEFORE_STOP);

    await brim.stopApp();
    await Promise.all(sending);

    expect([...statuses]).toEqual([200]);
    expect(await keysInLedger()).toEqual([...answered].sort());

    await brim.startApp();
    for (const key of [...unanswered, ...answered.slice(-CONNECTIONS)]) {
      expect(await charge(agent, key)).toBe(200);
    }
    expect(await keysInLedger()).toEqual([...answered, ...unanswered].sort());
    agent.destroy();
  });
});

test.describe("several processes", () => {
  const LIMIT = 40;
  const MINUTE_MS = 60_000;
  const LIMITS = { RATE_LIMIT_STORE: "postgres", RATE_LIMIT_READS: String(LIMIT) };
  let apps: Awaited<ReturnType<BrimProcesses["startAnotherApp"]>>[] = [];

  test.beforeAll(async () => {
    apps = await Promise.all([brim.startAnotherApp(LIMITS), brim.startAnotherApp(LIMITS)]);
  });
  test.afterAll(() => Promise.all(apps.map((app) => app.stop())));

  /** Sends twice as many requests as the limit, evenly to both processes, then one more to each. */
  async function exceedLimit() {
    const { api_key: secret } = await call(
      "/admin/api-keys",
      { customer_id: brim.customerId, name: "limits" },
      brim.operatorKey,
    );
    const send = ({ url }: { url: string }) =>
      fetch(`${url}/api/v1/billing/balance`, { headers: { authorization: `Bearer ${secret}` } });
    const startedAt = Date.now();
    const responses = await Promise.all(
      apps.flatMap((app) => Array.from({ length: LIMIT }, () => send(app))),
    );
    const late = await Promise.all(apps.map(send));
    return { responses, late, isWithinMinute: Date.now() - startedAt < MINUTE_MS };
  }

  test("two processes enforce one shared limit exactly under concurrency", async () => {
    let result = await exceedLimit();
    // If the window was reset during the run, try again.
    while (!result.isWithinMinute) result = await exceedLimit();
    const { responses, late } = result;

    const passed = responses.filter(({ status }) => status === 200);
    const refused = responses.filter(({ status }) => status === 429);
    expect([passed.length, refused.length]).toEqual([LIMIT, LIMIT]);
    // Every value appears once: no two requests were counted as one, in either process.
    const remaining = passed.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
    expect(remaining.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, n) => n));
    // Both processes accepted requests, and both refuse now.
    const hosts = new Set(passed.map(({ url }) => new URL(url).port));
    expect(hosts.size).toBe(2);
    expect(late.map(({ status }) => status)).toEqual([429, 429]);
  });
});
