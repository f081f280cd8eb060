import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pool } from "@/lib/platform/db";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { aCustomerWithHistory } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
let empty: TestDatabase;
let command: BundledCommand;

beforeAll(async () => {
  command = await bundleCommand("lib/commands/ledger-verify.ts");
  await database.ready;
  empty = await createTestDatabase({ empty: true });
});
afterAll(async () => {
  command.remove();
  await empty.drop();
  await database.drop();
});

/** Runs the command with no settings except the database. */
function verify(databaseUrl: string | undefined, ...args: string[]) {
  const { PATH, HOME, NODE_ENV } = process.env;
  const child = spawn(process.execPath, [command.file, ...args], {
    env: { PATH, HOME, NODE_ENV, ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}) },
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  return new Promise<typeof texts & { code: number | null }>((resolve) => {
    child.on("close", (code) => resolve({ ...texts, code }));
  });
}

describe("ledger:verify", () => {
  it("exits with 0 and prints how much it verified", async () => {
    await aCustomerWithHistory();

    const { code, stdout, stderr } = await verify(process.env.DATABASE_URL);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^1 customer, \d+ transfers: no problems found \(\d+\.\d s\)\.\n$/);
  });

  it("exits with 1 and prints at most the requested number of findings", async () => {
    const customerId = await aCustomerWithHistory();
    await pool().query(
      "UPDATE ledger_account SET balance_nanos = 5, held_nanos = 3, last_seq = last_seq + 1 WHERE customer_id = $1",
      [customerId],
    );

    const all = await verify(process.env.DATABASE_URL);
    const two = await verify(process.env.DATABASE_URL, "--max", "2");

    expect(all.code).toBe(1);
    expect(all.stdout).toContain(`balance: ${customerId}\n  The balance is 5 nanos, but`);
    expect(all.stdout).toContain(`held: ${customerId}\n  3 nanos are held, but the open holds add up to`);
    expect(all.stdout).toMatch(/2 customers, \d+ transfers: 4 findings \(\d+\.\d s\)\.\n$/);
    expect(two.code).toBe(1);
    expect(two.stdout).toContain("more than 2 findings; these are the first");
    expect(two.stdout.match(/^ {2}/gm)).toHaveLength(2);
  });

  it.each([
    ["DATABASE_URL is not set", () => undefined, [], "DATABASE_URL is not set"],
    [
      "the database is unreachable",
      () => "postgres://nobody@127.0.0.1:1/none",
      [],
      "The database cannot be reached",
    ],
    ["DATABASE_URL has an unknown option", () => `${empty.url}?colour=blue`, [], "DATABASE_URL has colour"],
    ["the database is not migrated", () => empty.url, [], "is not migrated"],
    ["--max is not a number", () => empty.url, ["--max", "many"], "Usage: npm run ledger:verify"],
    ["an option is unknown", () => empty.url, ["--fix"], "Usage: npm run ledger:verify"],
  ])("exits with 2 and one line when %s", async (_case, url, args, reason) => {
    const { code, stdout, stderr } = await verify(url(), ...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(reason)]);
  });
});
