import { existsSync } from "node:fs";
import { closeDatabase, isDatabaseUnavailable } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { isAppError } from "@/lib/platform/errors";
import { pendingMigrations } from "@/lib/platform/migrations";
import { type Reconciliation, reconcile } from "@/lib/reconciliation";
import { isSetupError } from "@/lib/stripe";
import { readSince } from "./reconcile-arguments";

const USAGE =
  "Usage: npm run reconcile -- [--since TIME]   TIME: such as 2026-11-01 or 2026-11-01T08:00:00Z; Stripe keeps events for 30 days";

/**
 * `npm run reconcile`: brings the ledger in line with Stripe, even while Brim is running. It needs the settings of the server.
 *
 * @returns the exit code: 0 nothing is left to do, 1 a person has to decide something, 2 not reconciled
 */
async function main(): Promise<0 | 1 | 2> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const since = readSince(process.argv.slice(2), new Date());
  if (since === undefined) return refuse(USAGE);
  try {
    const pending = await pendingMigrations({ databaseUrl: env().DATABASE_URL });
    if (pending.length > 0) return refuse("The database is not migrated. Run `npm run db:migrate`.");
    const startedAt = performance.now();
    const result = await reconcile({ since, onProgress: (text) => console.error(`${text} …`) });
    return report(result, performance.now() - startedAt);
  } catch (error) {
    return refuse(explain(error));
  } finally {
    await closeDatabase();
  }
}

function report({ found, healed, failed, needsPerson }: Reconciliation, elapsedMs: number): 0 | 1 {
  console.log(`found: ${listOf(found)}`);
  console.log(`healed: ${listOf(healed)}`);
  if (failed > 0) console.log(`failed: ${failed}, which are tried again later; the log has the reasons`);
  console.log(`needs a person: ${needsPerson.length}`);
  for (const line of needsPerson) console.log(line);
  console.log(`Reconciled in ${(elapsedMs / 1_000).toFixed(1)} s.`);
  return needsPerson.length > 0 || failed > 0 ? 1 : 0;
}

function listOf(counts: Record<string, number>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  if (some.length === 0) return "nothing";
  return some.map(([what, count]) => `${count.toLocaleString("en-US")} ${what}`).join(", ");
}

function explain(error: unknown): string {
  if (isSetupError(error)) return error.remedy;
  const { message = "" } = error as { message?: string };
  if (isDatabaseUnavailable(error)) return `The database cannot be reached: ${message}`;
  return isAppError(error) || message ? message : String(error);
}

function refuse(reason: string): 2 {
  console.error(reason);
  return 2;
}

process.exitCode = await main();
