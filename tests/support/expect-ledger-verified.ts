import { expect } from "vitest";
import { LEDGER_CHECKS } from "@/lib/commands/all-ledger-checks";
import { verifyLedger } from "@/lib/ledger";
import { pool } from "@/lib/platform/db";

/** Asserts that every ledger invariant holds in this test's database. */
export async function expectLedgerVerified(): Promise<void> {
  const { findings } = await verifyLedger(pool(), LEDGER_CHECKS);
  expect(findings).toEqual([]);
}
