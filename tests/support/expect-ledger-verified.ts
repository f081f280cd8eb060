import { expect } from "vitest";
import { verifyLedger } from "@/lib/ledger";
import { pool } from "@/lib/platform/db";

/** Asserts that the books of this test's database are right, to the last row. */
export async function expectLedgerVerified(): Promise<void> {
  const { findings } = await verifyLedger(pool());
  expect(findings).toEqual([]);
}
