import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { closeDatabase, isDatabaseUnavailable } from "@/lib/platform/db";
import { isAppError } from "@/lib/platform/errors";
import { readJsonFile } from "./demo/json-file";
import { readArguments, USAGE, UsageError } from "./key/arguments";
import { runCommand } from "./key/run-command";

/**
 * `npm run key`: creates, lists, rolls and revokes API keys on the server itself, for example the first one. Needs no setting
 * but DATABASE_URL.
 *
 * @returns the exit code: 0 done, 1 refused, 2 invalid arguments or no database
 */
async function main(argv: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const command = readArguments(argv);
    const database = findDatabase();
    if (!database) return fail(2, "DATABASE_URL is not set, and there is no demo database.");
    if (database.isDemo) console.error("DATABASE_URL is not set. Using the demo's database.");
    process.env.DATABASE_URL = database.url;
    await runCommand(command, new Date());
    return 0;
  } catch (error) {
    return explain(error);
  } finally {
    await closeDatabase();
  }
}

/** Finds the database of the environment, of `.env`, or else of the demo. Returns null when none of them is set. */
function findDatabase(): { url: string; isDemo: boolean } | null {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const { DATABASE_URL: url, BRIM_DATA_DIR: dataDir } = process.env;
  if (url) return { url, isDemo: false };
  const demo = readJsonFile(join(resolve(dataDir || ".data"), "demo.json"));
  return typeof demo?.databaseUrl === "string" ? { url: demo.databaseUrl, isDemo: true } : null;
}

function explain(error: unknown): 1 | 2 {
  if (error instanceof UsageError) return fail(2, `${error.message}\n\n${USAGE}`);
  if (isAppError(error)) return fail(1, error.message);
  const { code, message = "" } = error as { code?: string; message?: string };
  // The last line of Prisma's message says what went wrong.
  const reason = message.trim().split("\n").at(-1) || code || String(error);
  if (isDatabaseUnavailable(error)) return fail(2, `The database cannot be reached: ${reason}`);
  // Prisma's codes for a missing table and a missing column.
  if (code === "P2021" || code === "P2022")
    return fail(2, "The database is not migrated. Run `npm run db:migrate`.");
  return fail(2, reason);
}

function fail<Code extends 1 | 2>(code: Code, reason: string): Code {
  console.error(reason);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
