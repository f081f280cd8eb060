import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { type BrimProcesses, startProcesses } from "./support/processes";

const CONNECTIONS = 16;

let brim: BrimProcesses;

test.beforeAll(async () => {
  brim = await startProcesses();
  await topUp();
});
test.afterAll(() => brim.stop());

async function topUp(): Promise<void> {
  const response = await fetch(`${brim.appUrl}/api/v1/billing/checkout-session`, {
    method: "POST",
    headers: { authorization: `Bearer ${brim.customerKey}`, "content-type": "application/json" },
    body: JSON.stringify({ amount_usd: "5.00" }),
  });
  const { session_id: sessionId } = (await response.json()) as { session_id: string };
  await brim.control(`/checkout/${sessionId}/pay`);
  const credits = () => brim.query("SELECT 1 FROM ledger_transfer WHERE kind = 'credit'", []);
  await expect.poll(async () => (await credits()).length, { timeout: 30_000 }).toBe(1);
}

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

test("asked to stop under load, Brim answers all that it began and nothing is lost", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answered: string[] = [];
  const unanswered: string[] = [];
  const sending = Array.from({ length: CONNECTIONS }, async (_, connection) => {
    for (let count = 0; ; count++) {
      const key = `stop-${connection}-${count}`;
      const status = await charge(agent, key);
      if (status === null) return unanswered.push(key);
      expect(status).toBe(200);
      answered.push(key);
    }
  });
  await sleep(1_500);

  const stoppedAt = performance.now();
  await brim.stopApp();
  const stoppedAfterMs = performance.now() - stoppedAt;
  await Promise.all(sending);

  expect(answered.length).toBeGreaterThan(CONNECTIONS);
  expect(stoppedAfterMs).toBeLessThan(9_000); // less than it gives requests that hang
  expect(await keysInLedger()).toEqual([...answered].sort());

  await brim.startApp();
  for (const key of [...unanswered, ...answered.slice(-CONNECTIONS)]) {
    expect(await charge(agent, key)).toBe(200);
  }
  expect(await keysInLedger()).toEqual([...answered, ...unanswered].sort());
  agent.destroy();
});
