import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { atDepth } from "../support/depth";
import { type BrimProcesses, startProcesses } from "./support/processes";

/** One Brim and one sandbox for all tests here: to start a server is most of what they cost. */
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

/** Expects that the customer's rows are numbered without a gap and add up to its balance; tells how many there are. */
async function expectNothingLost(): Promise<number> {
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

test("killed between payment and webhook, Brim credits after its restart, once", async () => {
  const topUp = await startTopUp("25.00");
  await brim.killApp();
  const paying = pay(topUp.session);
  // The sandbox has tried to deliver, and found nobody.
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

test("killed at any moment of the payment, Brim credits once and loses nothing", async () => {
  const rounds = atDepth({ ci: 2, deep: 60 });
  const before = await expectNothingLost();

  const topUps = [];
  for (let round = 0; round < rounds; round++) {
    const topUp = await startTopUp("5.00");
    topUps.push(topUp.id);
    const paying = pay(topUp.session);
    await sleep(round * (100 / rounds) + 5); // the moment that is tested
    await brim.killApp();
    await brim.startApp();
    await paying;
  }

  for (const topUpId of topUps) await expect.poll(() => creditsOf(topUpId)).toBe(1);
  expect(await expectNothingLost()).toBe(before + rounds);
});

test.describe("asked to stop under load", () => {
  const CONNECTIONS = 16;
  const ANSWERS_BEFORE_STOP = 500;

  /** Charges a thousandth of a cent; answers the status, or null when the connection broke without an answer. */
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

  test("Brim answers all that it began and nothing is lost", async () => {
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
    await expect.poll(() => answered.length).toBeGreaterThan(ANSWERS_BEFORE_STOP);

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

  /** Asks twice as often as one key may, both processes alike, and then each once more. */
  async function askTooOften() {
    const { api_key: secret } = await call(
      "/admin/api-keys",
      { customer_id: brim.customerId, name: "limits" },
      brim.operatorKey,
    );
    const ask = ({ url }: { url: string }) =>
      fetch(`${url}/api/v1/billing/balance`, { headers: { authorization: `Bearer ${secret}` } });
    const startedAt = Date.now();
    const answers = await Promise.all(apps.flatMap((app) => Array.from({ length: LIMIT }, () => ask(app))));
    const late = await Promise.all(apps.map(ask));
    return { answers, late, isWithinMinute: Date.now() - startedAt < MINUTE_MS };
  }

  test("two processes share one limit, exactly, however many requests come at once", async () => {
    let asked = await askTooOften();
    // Where a minute ended meanwhile, the limit began anew: that says nothing, and is tried again.
    while (!asked.isWithinMinute) asked = await askTooOften();
    const { answers, late } = asked;

    const passed = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([passed.length, refused.length]).toEqual([LIMIT, LIMIT]);
    // Each number once: no two requests, in whichever process, were counted as the same one.
    const left = passed.map(({ headers }) => Number(headers.get("x-ratelimit-remaining")));
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: LIMIT }, (_, n) => n));
    // Both took part: each let some through, and each refuses now.
    const hosts = new Set(passed.map(({ url }) => new URL(url).port));
    expect(hosts.size).toBe(2);
    expect(late.map(({ status }) => status)).toEqual([429, 429]);
  });
});
