import type { ClientBase, Pool } from "pg";
import { ACCOUNT_CHECKS } from "./checks/accounts";
import { CHAIN_CHECKS } from "./checks/chain";
import { CHARGE_REFUND_CHECKS } from "./checks/charge-refunds";
import { HOLD_CHECKS } from "./checks/holds";
import { TRANSFER_CHECKS } from "./checks/transfers";
import { UNIQUENESS_CHECKS } from "./checks/uniqueness";
import { customerRanges, EVERYBODY, runCheck } from "./customer-range";
import {
  type Check,
  type CustomerCheck,
  type Finding,
  type FindingRow,
  findingOf,
  type ModuleChecks,
} from "./finding";
import { compareGuards, type ExpectedGuards, expectGuards } from "./guards/compare-guards";
import { inLongTransaction } from "./long-transaction";

/** The progress of a verification. */
export interface VerifyProgress {
  checkedCustomers: number;
  customers: number;
  transfers: bigint;
  /** The current check. */
  check: string;
}

export interface VerifyOptions {
  onProgress?: (progress: VerifyProgress) => void;
  /** Customers per page; default 100,000. */
  pageSize?: number;
  /** Stops after this many findings; default 1,000. Infinity for all. */
  maxFindings?: number;
}

/** The result of a verification. */
export interface Verification {
  customers: number;
  transfers: bigint;
  findings: Finding[];
  /** True if it stopped early because of `maxFindings`. */
  hasMore: boolean;
}

/** Every transfer has two sides, so all balances add up to zero. */
const HOUSE_CHECK: Check = {
  name: "house_total",
  sql: `
    SELECT NULL AS customer_id, NULL AS seq, NULL AS subject_id,
           format('The balances of the customers and the house accounts add up to %s nanos instead of 0.', customers + house) AS message
    FROM (SELECT coalesce(sum(balance_nanos), 0) AS customers FROM ledger_account) c,
         (SELECT coalesce(sum(balance_nanos), 0) AS house FROM house_account_balance) h
    WHERE customers + house <> 0`,
};

/** Checks of single rows, or across customers: reading the tables from end to end is the fastest way. */
const ROW_CHECKS: readonly CustomerCheck[] = [...ACCOUNT_CHECKS, ...TRANSFER_CHECKS];

/** Checks that bring the rows of a customer together: by pages of customers, so that what Postgres sorts stays of one size. */
const HISTORY_CHECKS: readonly CustomerCheck[] = [
  ...CHAIN_CHECKS,
  ...UNIQUENESS_CHECKS,
  ...HOLD_CHECKS,
  ...CHARGE_REFUND_CHECKS,
];

/**
 * Verifies from the rows alone that the ledger is consistent. Checks every invariant that SQL can check, even those that the
 * database enforces, since they may have been disabled. Compares each constraint, trigger and function with the
 * migrations. Reads one snapshot, so that concurrent transfers do not look like mistakes, changes nothing and blocks nobody.
 *
 * Returns the first row that breaks a rule for each customer, and how many there are.
 *
 * @param pool one of its connections is used until the end
 * @throws when the database is unavailable or lacks a table
 */
export async function verifyLedger(
  pool: Pool,
  modules: readonly ModuleChecks[],
  options: VerifyOptions = {},
): Promise<Verification> {
  const { onProgress = () => {}, pageSize = 100_000, maxFindings = 1_000 } = options;
  const guards = await expectGuards(pool);
  return inLongTransaction(pool, "ISOLATION LEVEL REPEATABLE READ READ ONLY", async (client) => {
    const size = await readSize(client);
    const findings: Finding[] = [];
    for await (const { check, pagesBefore, run } of steps(client, guards, modules, pageSize)) {
      const checkedCustomers = Math.min(pagesBefore * pageSize, size.customers);
      onProgress({ ...size, checkedCustomers, check });
      // One more than `maxFindings` tells that there are more.
      findings.push(...(await run(maxFindings + 1 - findings.length)));
      if (findings.length > maxFindings) break;
    }
    return { ...size, findings: findings.slice(0, maxFindings), hasMore: findings.length > maxFindings };
  });
}

/** One statement to run. */
interface Step {
  check: string;
  /** How many pages of customers are finished. */
  pagesBefore: number;
  run(limit: number): Promise<Finding[]>;
}

async function* steps(
  client: ClientBase,
  guards: ExpectedGuards,
  modules: readonly ModuleChecks[],
  pageSize: number,
): AsyncGenerator<Step> {
  yield { check: "guards", pagesBefore: 0, run: () => compareGuards(client, guards) };
  yield { check: HOUSE_CHECK.name, pagesBefore: 0, run: () => runDatabaseCheck(client, HOUSE_CHECK) };
  for (const check of [...ROW_CHECKS, ...modules.flatMap(({ rows }) => rows)]) {
    yield { check: check.name, pagesBefore: 0, run: (limit) => runCheck(client, check, EVERYBODY, limit) };
  }
  let pagesBefore = 0;
  for await (const range of customerRanges(client, pageSize)) {
    for (const check of [...HISTORY_CHECKS, ...modules.flatMap(({ histories }) => histories)]) {
      yield { check: check.name, pagesBefore, run: (limit) => runCheck(client, check, range, limit) };
    }
    pagesBefore += 1;
  }
}

async function readSize(client: ClientBase): Promise<{ customers: number; transfers: bigint }> {
  const { rows } = await client.query<{ customers: number; transfers: string }>(
    "SELECT (SELECT count(*)::int FROM customer) AS customers, (SELECT count(*) FROM ledger_transfer)::text AS transfers",
  );
  const [row] = rows;
  if (!row) throw new Error("A count came back without a row.");
  return { customers: row.customers, transfers: BigInt(row.transfers) };
}

async function runDatabaseCheck(client: ClientBase, check: Check): Promise<Finding[]> {
  const { rows } = await client.query<FindingRow>(`SELECT *, 1 AS count FROM (${check.sql}) broken`);
  return rows.map((row) => findingOf(check.name, row));
}
