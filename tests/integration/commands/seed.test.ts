import { spawn } from "node:child_process";
import { once } from "node:events";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BundledCommand, bundleCommand } from "../../support/bundled-command";
import { createTestDatabase, type TestDatabase } from "../../support/database";

let database: TestDatabase;
let command: BundledCommand;

type Seeded = Record<
  | "customerId"
  | "customerApiKey"
  | "otherCustomerId"
  | "otherCustomerApiKey"
  | "operatorApiKey"
  | "userEmail",
  string
>;

beforeAll(async () => {
  [database, command] = await Promise.all([createTestDatabase(), bundleCommand("prisma/seed.ts")]);
});

afterAll(async () => {
  command.remove();
  await database.drop();
});

it("keeps customers and known keys when it runs again, and replaces a revoked key", async () => {
  const first = await seed({});
  expect(first).toMatchObject({
    customerId: expect.stringMatching(/^cust_/),
    operatorApiKey: expect.stringMatching(/^brim_sk_/),
    userEmail: "demo@example.com",
  });
  expect(first.customerId).not.toBe(first.otherCustomerId);

  expect(await seed(first)).toEqual(first);

  await query(`update api_key set revoked_at = now() where customer_id = '${first.otherCustomerId}'`);
  const third = await seed(first);
  expect({ ...third, otherCustomerApiKey: "" }).toEqual({ ...first, otherCustomerApiKey: "" });
  expect(third.otherCustomerApiKey).not.toBe(first.otherCustomerApiKey);

  // A key of one customer must never be accepted for the other.
  const swapped = await seed({ ...third, customerApiKey: third.otherCustomerApiKey });
  expect(swapped.customerApiKey).not.toBe(third.otherCustomerApiKey);
});

it("makes the demo's user the owner of the first customer, and of no other", async () => {
  const { customerId } = await seed({});

  expect(await query("select customer_id, role from membership")).toEqual([
    { customer_id: customerId, role: "owner" },
  ]);
});

/** Runs it like the demo: a child process that receives the known keys and returns all keys. */
async function seed(known: Partial<Seeded>): Promise<Seeded> {
  const child = spawn(process.execPath, [command.file], {
    env: {
      ...process.env,
      APP_URL: "http://localhost:3000",
      DATABASE_URL: database.url,
      STRIPE_SECRET_KEY: "sk_test_seed",
      STRIPE_WEBHOOK_SECRET: "whsec_seed",
      NEXTAUTH_SECRET: "x".repeat(32),
      BRIM_DEMO: "1",
    },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.send({ userPassword: "a password for the demo", known });
  const [answer] = (await once(child, "message")) as [Seeded];
  if (child.exitCode === null) await once(child, "exit");
  return answer;
}

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
