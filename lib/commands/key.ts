import { closeDatabase, isDatabaseUnavailable } from "@/lib/platform/db";
import { isAppError } from "@/lib/platform/errors";
import { readArguments, USAGE, UsageError } from "./key/arguments";
import { findDatabase } from "./key/database-address";
import { runCommand } from "./key/run-command";

/**
 * `npm run key`: makes, lists, rolls and revokes API keys on the server itself, so that there is a first one. Needs
 * DATABASE_URL alone.
 *
 * @returns the exit code: 0 done, 1 refused, 2 not understood or no database
 */
async function main(argv: readonly string[]): Promise<0 | 1 | 2> {
  try {
    const command = readArguments(argv);
    const database = findDatabase();
    if (!database) return fail(2, "DATABASE_URL is not set, and there is no demo: say which database.");
    if (database.isDemo) console.error("DATABASE_URL is not set: this is the demo's database.");
    process.env.DATABASE_URL = database.url;
    await runCommand(command, new Date());
    return 0;
  } catch (error) {
    return explain(error);
  } finally {
    await closeDatabase();
  }
}

function explain(error: unknown): 1 | 2 {
  if (error instanceof UsageError) return fail(2, `${error.message}\n\n${USAGE}`);
  if (isAppError(error)) return fail(1, error.message);
  const { code, message = "" } = error as { code?: string; message?: string };
  // Prisma begins with the call in our sources; what went wrong is its last line.
  const reason = message.trim().split("\n").at(-1) || code || String(error);
  if (isDatabaseUnavailable(error)) return fail(2, `The database cannot be reached: ${reason}`);
  // Prisma's code for a table or a column that is not there.
  if (code === "P2021" || code === "P2022")
    return fail(2, "The database lacks tables: run `npm run db:migrate`.");
  return fail(2, reason);
}

function fail<Code extends 1 | 2>(code: Code, reason: string): Code {
  console.error(reason);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
