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

/** The port to listen on, from PORT. */
export function readPort(): number {
  const text = process.env.PORT || "3000";
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    fail(`PORT must be a port number, not "${text}".`);
  return port;
}

/** Prints one reason and ends the process. */
export function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
