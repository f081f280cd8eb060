import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { type Finding, type Verification, type VerifyProgress, verifyLedger } from "@/lib/ledger";
import { isDatabaseUnavailable } from "@/lib/platform/db";
import { createPool, DatabaseAddressError, WITHOUT_TIME_LIMITS } from "@/lib/platform/postgres";
import { LEDGER_CHECKS } from "./all-ledger-checks";

const USAGE = "Usage: npm run ledger:verify -- [--max N]   N: how many findings to print, default 20";

/** A terminal shows one line that is updated. A file gets a new line every few seconds. */
const PIPED_LINE_EVERY_MS = 5_000;

/**
 * `npm run ledger:verify`: verifies every invariant of the ledger, even while Brim is running. Needs no setting but
 * DATABASE_URL, so that a restored backup can be verified anywhere.
 *
 * @returns the exit code: 0 no problems, 1 problems found, 2 not verified
 */
async function main(): Promise<0 | 1 | 2> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const maxFindings = readMax();
  const connectionString = process.env.DATABASE_URL;
  if (maxFindings === null) return refuse(USAGE);
  if (!connectionString) return refuse("DATABASE_URL is not set. Set it to the database to verify.");

  const startedAt = performance.now();
  const progress = progressLine();
  let pool: Pool | undefined;
  try {
    pool = createPool(connectionString, {
      applicationName: "brim ledger:verify",
      max: 1,
      connectionTimeoutMs: 10_000,
      sessionSettings: WITHOUT_TIME_LIMITS,
    });
    const result = await verifyLedger(pool, LEDGER_CHECKS, { maxFindings, onProgress: progress.show });
    progress.clear();
    return report(result, performance.now() - startedAt);
  } catch (error) {
    progress.clear();
    return refuse(explain(error));
  } finally {
    await pool?.end();
  }
}

/** Returns the value of `--max`, or null when the arguments are invalid. */
function readMax(): number | null {
  try {
    const { values } = parseArgs({ options: { max: { type: "string", default: "20" } } });
    return /^[1-9]\d{0,5}$/.test(values.max) ? Number(values.max) : null;
  } catch {
    return null;
  }
}

function report({ customers, transfers, findings, hasMore }: Verification, elapsedMs: number): 0 | 1 {
  const size = `${count(customers, "customer")}, ${count(transfers, "transfer")}`;
  const elapsed = `${(elapsedMs / 1000).toFixed(1)} s`;
  if (findings.length === 0) {
    console.log(`${size}: no problems found (${elapsed}).`);
    return 0;
  }
  for (const finding of findings) console.log(describe(finding));
  const total = hasMore
    ? `more than ${count(findings.length, "finding")}; these are the first`
    : count(findings.length, "finding");
  console.log(`${size}: ${total} (${elapsed}).`);
  return 1;
}

function describe({ check, customerId, seq, subjectId, message, count: rows }: Finding): string {
  const where = [
    customerId ?? "the database",
    seq === null ? null : `transfer ${seq}`,
    subjectId === customerId ? null : subjectId,
  ];
  const more = rows > 1 ? ` There are ${rows.toLocaleString("en-US")} such rows of this customer.` : "";
  return `${check}: ${where.filter(Boolean).join(", ")}\n  ${message}${more}`;
}

function count(number: number | bigint, what: string): string {
  return `${number.toLocaleString("en-US")} ${what}${Number(number) === 1 ? "" : "s"}`;
}

function progressLine() {
  const { stdout } = process;
  let lastAt = performance.now();
  return {
    show({ checkedCustomers, customers, check }: VerifyProgress) {
      const text = `${checkedCustomers.toLocaleString("en-US")} of ${count(customers, "customer")} verified, checking ${check}`;
      if (stdout.isTTY) stdout.write(`\r\u001b[K${text.slice(0, (stdout.columns || 80) - 1)}`);
      else if (performance.now() - lastAt >= PIPED_LINE_EVERY_MS) {
        lastAt = performance.now();
        console.log(text);
      }
    },
    clear() {
      if (stdout.isTTY) stdout.write("\r\u001b[K");
    },
  };
}

function explain(error: unknown): string {
  if (error instanceof DatabaseAddressError) return error.message;
  const { code, message } = error as { code?: string; message?: string };
  if (isDatabaseUnavailable(error)) return `The database cannot be reached: ${message || code}`;
  if (code === "42P01") return "The database is not migrated. Run `npm run db:migrate`.";
  return `The ledger could not be verified: ${message || String(error)}`;
}

function refuse(reason: string): 2 {
  console.error(reason);
  return 2;
}

process.exitCode = await main();
