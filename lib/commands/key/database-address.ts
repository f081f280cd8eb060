import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readJson } from "../demo/private-file";

/**
 * Finds the database: the environment's, that of `.env`, or else the demo's.
 *
 * @returns null when there is none of the three
 */
export function findDatabase(): { url: string; isDemo: boolean } | null {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const { DATABASE_URL: url, BRIM_DATA_DIR: dataDir } = process.env;
  if (url) return { url, isDemo: false };
  const demo = readJson(join(resolve(dataDir || ".data"), "demo.json"));
  return typeof demo?.databaseUrl === "string" ? { url: demo.databaseUrl, isDemo: true } : null;
}
