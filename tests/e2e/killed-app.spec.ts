import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { atDepth } from "../support/depth";
import { type BrimProcesses, startProcesses } from "./support/processes";

let brim: BrimProcesses;

test.beforeAll(async () => {
  brim = await startProcesses();
});
test.afterAll(() => brim.stop());

async function call(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${brim.appUrl}/api/v1/billing${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${brim.customerKey}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function creditsOf(topUpId: unknown): Promise<number> {
  const rows = await brim.query("SELECT 1 FROM ledger_transfer WHERE source_id = $1 AND kind = 'credit'", [
    topUpId,
  ]);
  return rows.length;
}

test("killed between payment and webhook, Brim credits after its restart, once", async () => {
  const topUp = await call("/checkout-session", { amount_usd: "25.00" });
  await brim.killApp();
  const paying = brim.control(`/checkout/${topUp.session_id}/pay`);
  await sleep(500);

  await brim.startApp();
  await paying;

  await expect.poll(() => creditsOf(topUp.topup_intent_id), { timeout: 30_000 }).toBe(1);
  expect((await call("/balance")).balance_usd).toBe("25.00");
});

test("killed at any moment of the payment, Brim credits once and loses nothing", async () => {
  test.setTimeout(600_000);
  const rounds = atDepth({ ci: 5, deep: 60 });
  const before = await brim.query("SELECT count(*)::int AS n FROM ledger_transfer", []);

  const topUps = [];
  for (let round = 0; round < rounds; round++) {
    const topUp = await call("/checkout-session", { amount_usd: "5.00" });
    topUps.push(topUp.topup_intent_id);
    const paying = brim.control(`/checkout/${topUp.session_id}/pay`);
    await sleep(round * (100 / rounds) + 5);
    await brim.killApp();
    await brim.startApp();
    await paying;
  }

  for (const topUpId of topUps) await expect.poll(() => creditsOf(topUpId), { timeout: 60_000 }).toBe(1);
  const rows = await brim.query(
    `SELECT count(*)::int AS n, max(seq)::int AS last, sum(amount_nanos)::text AS sum,
            (SELECT balance_nanos::text FROM ledger_account WHERE customer_id = $1) AS balance
     FROM ledger_transfer WHERE customer_id = $1`,
    [brim.customerId],
  );
  expect(rows[0]).toMatchObject({ n: Number(before[0]?.n) + rounds, last: Number(before[0]?.n) + rounds });
  expect(rows[0]?.balance).toBe(rows[0]?.sum);
});
