import { findDatabaseProblems } from "@/lib/platform/db";
import { pendingMigrations } from "@/lib/platform/migrations";
import { fail } from "./settings";

/** Ends the process, with all that is to be done, unless the database is migrated and one that Brim is right on. */
export async function refuseUnfitDatabase(databaseUrl: string): Promise<void> {
  const cannotReach = (error: Error) =>
    fail(`The database cannot be reached: ${error.message || "no answer"}`);
  const problems = await findDatabaseProblems().catch(cannotReach);
  if (problems.length > 0) fail(["The database is not fit for Brim:", ...problems].join("\n"));
  const pending = await pendingMigrations({ databaseUrl }).catch(cannotReach);
  if (pending.length > 0) {
    fail(`The database lacks ${pending.length} migration(s): run \`npm run db:migrate\`.`);
  }
}
