import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { charge, checkLedgerDaily, openHold, readBalance } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { metricsText } from "@/lib/monitoring";
import { pool, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { aToppedUpCustomer, keyed } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

const NOW = new Date("2026-02-01T03:15:00Z");

const database = testDatabase();
let sound: CustomerId;
let broken: CustomerId;

beforeAll(() => database.ready);
afterAll(() => database.drop());

beforeEach(async () => {
  sound = await aToppedUpCustomer(100);
  broken = await aToppedUpCustomer(100);
});

afterEach(async () => {
  await pool().query("UPDATE ledger_account SET balance_nanos = 100000000000 WHERE customer_id = $1", [
    broken,
  ]);
  await pool().query("UPDATE topup_intent SET reversed_nanos = 0 WHERE customer_id = $1", [broken]);
});

/** Changes a row without the ledger's functions. */
function addToBalance(customerId: CustomerId, difference: bigint) {
  return pool().query("UPDATE ledger_account SET balance_nanos = balance_nanos + $2 WHERE customer_id = $1", [
    customerId,
    difference.toString(),
  ]);
}

async function statusOf(customerId: CustomerId) {
  return (await readBalance(customerId)).status;
}

function alertsOf(customerId: CustomerId) {
  return prisma().alert.findMany({ where: { customerId } });
}

it("freezes only the customer whose balance is inconsistent", async () => {
  await addToBalance(broken, 1n);

  const result = await checkLedgerDaily(NOW, LEDGER_CHECKS);

  expect(result.broken).toEqual([broken]);
  expect(await statusOf(broken)).toBe("frozen");
  expect(await statusOf(sound)).toBe("active");
  expect(await alertsOf(sound)).toEqual([]);
});

it("creates one alert for repeated runs, and reopens it when it was resolved too early", async () => {
  await addToBalance(broken, 1n);

  for (let run = 0; run < 3; run++) await checkLedgerDaily(NOW, LEDGER_CHECKS);

  const [alert, ...others] = await alertsOf(broken);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ kind: "ledger_broken", subjectId: broken, createdAt: NOW, resolvedAt: null });
  expect(alert?.message).toContain("The balance is 100000000001 nanos");
  await prisma().alert.updateMany({ where: { customerId: broken }, data: { resolvedAt: NOW } });
  await checkLedgerDaily(NOW, LEDGER_CHECKS);
  expect(await alertsOf(broken)).toMatchObject([{ resolvedAt: null }]);
});

it("does not reopen a closed account", async () => {
  await addToBalance(broken, 1n);
  await pool().query("UPDATE ledger_account SET status = 'closed' WHERE customer_id = $1", [broken]);

  await checkLedgerDaily(NOW, LEDGER_CHECKS);

  expect(await statusOf(broken)).toBe("closed");
});

it("does not freeze a customer that is being charged at the same time", async () => {
  let isDone = false;
  const charging = (async () => {
    while (!isDone) {
      await charge({ ...keyed("operator"), customerId: sound, amount: nanos(1n), allowOverdraft: false });
    }
  })();

  for (let run = 0; run < 10; run++) expect((await checkLedgerDaily(NOW, LEDGER_CHECKS)).broken).toEqual([]);

  isDone = true;
  await charging;
  expect(await statusOf(sound)).toBe("active");
});

it("checks again under the account's lock: an account that was repaired meanwhile is not frozen", async () => {
  await addToBalance(broken, 1n);
  const repair = await pool().connect();
  await repair.query("BEGIN");
  await repair.query("UPDATE ledger_account SET balance_nanos = balance_nanos - 1 WHERE customer_id = $1", [
    broken,
  ]);

  const checking = checkLedgerDaily(NOW, LEDGER_CHECKS);
  await untilSomebodyWaitsForALock();
  await repair.query("COMMIT");
  repair.release();

  expect(await checking).toMatchObject({ findings: 2, broken: [] });
  expect(await statusOf(broken)).toBe("active");
  expect(await alertsOf(broken)).toEqual([]);
});

async function untilSomebodyWaitsForALock(): Promise<void> {
  for (;;) {
    const { rows } = await pool().query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}

describe("the alert of a finding", () => {
  const ledgerAlerts = () =>
    prisma().alert.findMany({ where: { kind: "ledger_finding" }, orderBy: { subjectId: "asc" } });
  const takeBack = (nanos: number) =>
    pool().query("UPDATE topup_intent SET reversed_nanos = $2 WHERE customer_id = $1", [broken, nanos]);
  const resolve = () => prisma().alert.updateMany({ where: { resolvedAt: null }, data: { resolvedAt: NOW } });
  const aHold = async () => {
    const request = { ...keyed("operator"), customerId: broken, amount: nanos(1n), expiresAt: null };
    return (await openHold(request)).hold.holdId;
  };
  const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

  beforeEach(() => prisma().alert.deleteMany());

  it("is created once per customer or database object; the metrics count the findings", async () => {
    await takeBack(1);
    await pool().query("ALTER TABLE ledger_hold DISABLE TRIGGER ledger_hold_key_is_no_transfer");

    for (let day = 0; day < 2; day++) await checkLedgerDaily(later(day), LEDGER_CHECKS);
    await pool().query("ALTER TABLE ledger_hold ENABLE TRIGGER ledger_hold_key_is_no_transfer");

    expect(await ledgerAlerts()).toMatchObject([
      { customerId: broken, subjectId: "top_up_reversed", createdAt: NOW, resolvedAt: null },
      { customerId: "operator", subjectId: "trigger ledger_hold_key_is_no_transfer", createdAt: NOW },
    ]);
    const text = await metricsText(NOW);
    expect(text).toContain('brim_ledger_findings{check="top_up_reversed"} 1');
    expect(text).toContain('brim_ledger_findings{check="trigger"} 1');
    expect(text).toContain('brim_open_alerts{kind="ledger_finding"} 2');
  });

  it("stays resolved while the finding is unchanged, and reopens when it grows", async () => {
    const holds = [await aHold(), await aHold()];
    const setHash = (count: number, hash: string | null) =>
      pool().query("UPDATE ledger_hold SET request_hash = $2 WHERE hold_id = ANY ($1)", [
        holds.slice(0, count),
        hash,
      ]);
    await setHash(1, null);
    await checkLedgerDaily(NOW, LEDGER_CHECKS);
    await resolve();

    await checkLedgerDaily(later(1), LEDGER_CHECKS);
    expect(await ledgerAlerts()).toMatchObject([{ subjectId: "hold_state", resolvedAt: NOW }]);

    await setHash(2, null);
    await checkLedgerDaily(later(2), LEDGER_CHECKS);
    expect(await ledgerAlerts()).toMatchObject([{ resolvedAt: null, createdAt: later(2) }]);
    await setHash(2, "hash");
  });

  it("is resolved when the finding is gone, and created again when it returns", async () => {
    await takeBack(1);
    await checkLedgerDaily(NOW, LEDGER_CHECKS);
    await takeBack(0);

    await checkLedgerDaily(later(1), LEDGER_CHECKS);
    expect(await ledgerAlerts()).toMatchObject([{ resolvedAt: later(1) }]);

    await takeBack(1);
    await checkLedgerDaily(later(2), LEDGER_CHECKS);
    expect(await ledgerAlerts()).toMatchObject([{ resolvedAt: null, createdAt: later(2) }]);
  });
});

it("counts a finding that is not about a balance without freezing the account", async () => {
  await pool().query("UPDATE topup_intent SET reversed_nanos = 1 WHERE customer_id = $1", [broken]);

  const result = await checkLedgerDaily(NOW, LEDGER_CHECKS);

  expect(result).toEqual({ findings: 1, broken: [] });
  expect(await statusOf(broken)).toBe("active");
});
