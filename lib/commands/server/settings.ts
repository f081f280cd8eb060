import { existsSync } from "node:fs";
import { env } from "@/lib/platform/env";

/**
 * Reads `.env` if there is one (what is already set wins) and checks the environment. Ends the process with
 * the full list when something is wrong.
 */
export function checkSettings(): ReturnType<typeof env> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  try {
    return env();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** Prints one reason and ends the process. */
export function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
