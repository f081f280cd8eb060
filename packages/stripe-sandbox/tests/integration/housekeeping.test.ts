import pg from "pg";
import { expect, it } from "vitest";
import { silentLog } from "../../src/options";
import { startTestSandbox } from "../support/test-sandbox";

it("runs the other periodic tasks when one of them fails every time, and logs the failure", async () => {
  const failures: object[] = [];
  const sandbox = await startTestSandbox({
    log: { ...silentLog, error: (fields: object) => void failures.push(fields) },
  });
  const database = new pg.Client({ connectionString: sandbox.databaseUrl });
  await database.connect();
  const held = await sandbox.stripe.paymentIntents.create({
    amount: 1000,
    currency: "usd",
    capture_method: "manual",
    confirm: true,
    payment_method: "pm_card_visa",
    return_url: "https://example.com/back",
  });
  await sandbox.stripe.customers.create({}, { idempotencyKey: "of-last-week" });
  const keys = async () => (await database.query("SELECT key FROM idempotency_key WHERE created = 0")).rows;

  await database.query("DELETE FROM object WHERE id = $1", [held.latest_charge]);
  await database.query("UPDATE object SET due_at = 0 WHERE id = $1", [held.id]);
  await expect.poll(() => failures.length).toBeGreaterThan(0);
  await database.query("UPDATE idempotency_key SET created = 0 WHERE key = 'of-last-week'");

  expect(failures[0]).toMatchObject({ chore: "runDueWork", err: new Error(`${held.id} has no charge`) });
  await expect.poll(keys).toEqual([]);
  await database.end();
  await sandbox.stop();
});
