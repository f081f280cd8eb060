import { existsSync } from "node:fs";
import { findDatabaseProblems } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { pendingMigrations } from "@/lib/platform/migrations";

/**
 * Loads `.env` if it exists (variables that are already set take precedence) and validates the settings. Exits with a list of
 * all problems.
 */
export function loadSettings(): ReturnType<typeof env> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  try {
    return env();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Exits unless the database is reachable, set up correctly, and migrated. */
export async function requireDatabase(databaseUrl: string): Promise<void> {
  const failUnreachable = (error: Error) =>
    fail(`The database cannot be reached: ${error.message || "no response"}`);
  const problems = await findDatabaseProblems().catch(failUnreachable);
  if (problems.length > 0) fail(["The database is not set up correctly:", ...problems].join("\n"));
  const pending = await pendingMigrations({ databaseUrl }).catch(failUnreachable);
  if (pending.length > 0) {
    fail(`The database is missing ${pending.length} migration(s). Run \`npm run db:migrate\`.`);
  }
}

/** Prints the reason and exits. */
export function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}

/**
 * Calls `stop` when this process should end: on SIGTERM, SIGINT or SIGHUP, or when the parent process that started it over IPC
 * is gone (a killed parent cannot send a signal). A second signal exits immediately.
 */
export function onStopRequest(stop: () => Promise<void>): void {
  let isStopping = false;
  const request = (exitCodeIfForced: number) => {
    if (isStopping) process.exit(exitCodeIfForced);
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error("Shutdown failed:", error);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => request(143));
  process.on("SIGINT", () => request(130));
  process.on("SIGHUP", () => request(129));
  process.once("disconnect", () => {
    if (!isStopping) request(1);
  });
}
