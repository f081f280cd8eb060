import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCustomer } from "@/lib/customers";
import { EVERYBODY, runCheck } from "@/lib/ledger/verify/customer-range";
import { pool } from "@/lib/platform/db";
import type { CustomerId } from "@/lib/platform/ids";
import { pruneUsageMinutes, readUsageTotals, rollUpUsage, USAGE_CHECKS } from "@/lib/usage";
import { atDepth } from "@/tests/support/depth";
import { insertPast, instantsBefore, type PastTransfer, pastTransfers } from "@/tests/support/history";
import { testDatabase } from "@/tests/support/settings";

const NOW = new Date("2026-03-01T12:34:56.789Z");
const WEEK_MS = 7 * 86_400_000;

const database = testDatabase();

beforeAll(() => database.ready);
afterAll(() => database.drop());

/** The operations on one customer's rollups, in this order. */
type Step = PastTransfer[] | "roll up" | "roll up twice at once" | { pruneBefore: Date };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.array(pastTransfers(NOW), { maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constant("roll up" as const) },
  { weight: 1, arbitrary: fc.constant("roll up twice at once" as const) },
  { weight: 2, arbitrary: fc.record({ pruneBefore: instantsBefore(NOW) }) },
);
const minutes = instantsBefore(NOW).map((at) => new Date(Math.floor(at.getTime() / 60_000) * 60_000));

const rollUp = () => rollUpUsage({ chunk: 3, worthwhile: 1 });

async function play(customerId: CustomerId, steps: readonly Step[]): Promise<PastTransfer[]> {
  const past: PastTransfer[] = [];
  for (const one of steps) {
    if (one === "roll up") await rollUp();
    else if (one === "roll up twice at once") await Promise.all([rollUp(), rollUp()]);
    else if ("pruneBefore" in one) {
      await pruneUsageMinutes(new Date(one.pruneBefore.getTime() + WEEK_MS), { batch: 2 });
    } else {
      await insertPast(customerId, one);
      past.push(...one);
    }
  }
  return past;
}

function plainSum(past: readonly PastTransfer[], from: Date, to: Date): Record<string, string> {
  const sums = new Map<string, { count: bigint; amount: bigint }>();
  for (const { kind, apiKeyId, amountNanos, at } of past) {
    if ((kind !== "charge" && kind !== "refund") || at < from || at >= to) continue;
    const name = `${kind} by ${apiKeyId}`;
    const { count, amount } = sums.get(name) ?? { count: 0n, amount: 0n };
    sums.set(name, { count: count + 1n, amount: amount + amountNanos });
  }
  return Object.fromEntries([...sums].map(([name, { count, amount }]) => [name, `${count} × ${amount}`]));
}

async function readSum(customerId: CustomerId, from: Date, to: Date): Promise<Record<string, string>> {
  const { byKey } = await readUsageTotals(customerId, { from, to });
  return Object.fromEntries(
    byKey.map(({ kind, apiKeyId, count, amount }) => [`${kind} by ${apiKeyId}`, `${count} × ${amount}`]),
  );
}

/** Returns the findings of the daily ledger check about the rollups. */
async function rollupFindings() {
  const client = await pool().connect();
  try {
    const found = [];
    for (const check of USAGE_CHECKS.histories)
      found.push(...(await runCheck(client, check, EVERYBODY, 100)));
    return found;
  } finally {
    client.release();
  }
}

it("totals equal a plain sum of the ledger, for any history, span, rollups and prunes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), minutes, minutes, async (steps, one, other) => {
      fc.pre(one.getTime() !== other.getTime());
      const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
      const past = await play(customerId, steps);
      const [from, to] = one < other ? [one, other] : [other, one];

      expect(await readSum(customerId, from, to)).toEqual(plainSum(past, from, to));
    }),
    { numRuns: atDepth({ ci: 60, deep: 3_000 }) },
  );

  expect(await rollupFindings()).toEqual([]);
});
