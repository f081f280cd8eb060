import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { charge, checkLedgerDaily, readBalance } from "@/lib/ledger";
import { metricsText } from "@/lib/monitoring";
import { pool, prisma } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { rollUpUsage } from "@/lib/usage";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { aCustomerWithHistory, dollars, keyed } from "@/tests/support/ledger-history";
import { testDatabase } from "@/tests/support/settings";

const database = testDatabase();
const runbook = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

beforeAll(() => database.ready);
afterAll(() => database.drop());

it("documents exactly the metrics that exist", async () => {
  const text = await metricsText(new Date());

  const measured = [...text.matchAll(/^# TYPE (brim_\w+)/gm)].map(([, name]) => name);
  const explained = [...runbook.matchAll(/^\| `(brim_\w+)`/gm)].map(([, name]) => name);
  expect(explained.toSorted()).toEqual(measured.toSorted());
});

it("has only valid SQL statements", async () => {
  const statements = [...runbook.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.split(";").filter((statement) => statement.trim() !== ""),
  );

  expect(statements.length).toBeGreaterThanOrEqual(6);
  for (const statement of statements) await pool().query(`EXPLAIN ${statement}`);
});

it("links only to existing sections", () => {
  const chapters = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replaceAll(" ", "-"),
  );
  const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, name]) => name);

  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(chapters).toContain(link);
});

/** A command line of the runbook, about this customer. */
function commandsFor(chapter: string, customerId: CustomerId): { script: string; args: string[] }[] {
  const text = runbook.split(/^## /m).find((part) => part.startsWith(chapter)) ?? "";
  const lines = [...text.matchAll(/^npm run (\S+)(?: -- (.*))?$/gm)];
  return lines.map(([, script = "", args = ""]) => ({
    script,
    args: [...args.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) =>
      (quoted ?? plain ?? "").replace("cust_…", customerId),
    ),
  }));
}

function run(command: BundledCommand, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command.file, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

it("repairs a wrong balance, step by step as documented", async () => {
  const commands: Record<string, BundledCommand> = {
    "ledger:repair": await bundleCommand("lib/commands/ledger-repair.ts"),
    "ledger:verify": await bundleCommand("lib/commands/ledger-verify.ts"),
  };
  const customerId = await aCustomerWithHistory();
  const right = await readBalance(customerId);
  await pool().query(
    "UPDATE ledger_account SET balance_nanos = balance_nanos + 7, held_nanos = held_nanos + 1, last_seq = last_seq + 1 WHERE customer_id = $1",
    [customerId],
  );
  expect((await checkLedgerDaily(new Date(), LEDGER_CHECKS)).broken).toEqual([customerId]);
  expect(await metricsText(new Date())).toContain("brim_ledger_drift_customers 1");

  const steps = commandsFor("A balance that does not add up", customerId).slice(-3);
  const results = [];
  for (const { script, args } of steps) {
    const command = commands[script];
    if (!command) throw new Error(`The runbook has a command that this test does not know: ${script}`);
    results.push(await run(command, args));
  }
  for (const command of Object.values(commands)) command.remove();

  const changes = "balance_nanos from \\d+ to \\d+, held_nanos from \\d+ to \\d+, last_seq from 18 to 17";
  expect(results).toEqual([
    { code: 0, output: expect.stringMatching(`^${customerId}: would change ${changes}`) },
    {
      code: 0,
      output: expect.stringMatching(`^${customerId}: changed ${changes}.\nThe account was unfrozen.`),
    },
    { code: 0, output: expect.stringContaining("no problems found") },
  ]);
  expect(await readBalance(customerId)).toEqual(right);
  expect(
    await prisma().operatorAction.findMany({ where: { customerId }, orderBy: { actionId: "asc" } }),
  ).toMatchObject([
    {
      verb: "repair_account",
      apiKeyId: null,
      reason: expect.stringMatching(/by hand on May 3 \(balance_nanos from/),
    },
    { verb: "unfreeze_customer", reason: "balance changed by hand on May 3" },
  ]);
  expect(await metricsText(new Date())).toContain("brim_ledger_drift_customers 0");
  await charge({ ...keyed("operator"), customerId, amount: dollars(1), allowOverdraft: false });
  expect((await readBalance(customerId)).status).toBe("active");
  expect(await checkLedgerDaily(new Date(), LEDGER_CHECKS)).toEqual({ findings: 0, broken: [] });
});

it("repairs report totals with its statements", async () => {
  const customerId = await aCustomerWithHistory();
  await rollUpUsage({ worthwhile: 1 });
  await pool().query("UPDATE usage_rollup SET amount_nanos = amount_nanos + 1 WHERE customer_id = $1", [
    customerId,
  ]);
  expect((await checkLedgerDaily(new Date(), LEDGER_CHECKS)).findings).toBe(1);
  expect(await metricsText(new Date())).toContain('brim_ledger_findings{check="rollup_sum"} 1');

  const statements = [...runbook.matchAll(/^DELETE FROM usage_rollup.*$/gm)].map(([line]) => line);
  for (const statement of statements) await pool().query(statement.replace("cust_…", customerId));
  await rollUpUsage({ worthwhile: 1 });

  expect(statements).toHaveLength(2);
  expect((await checkLedgerDaily(new Date(), LEDGER_CHECKS)).findings).toBe(0);
  expect(await metricsText(new Date())).not.toContain("brim_ledger_findings{");
});
