import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** An object as JSON has it. */
export type JsonObject = { [name: string]: Json };
type Json = string | number | boolean | null | Json[] | JsonObject;

/** Reads a JSON object from a file. Returns null when the file does not exist or was truncated by a crash. */
export function readJsonFile(path: string): JsonObject | null {
  if (!existsSync(path)) return null;
  try {
    const content = JSON.parse(readFileSync(path, "utf8")) as Json;
    return typeof content === "object" && content !== null && !Array.isArray(content) ? content : null;
  } catch {
    return null;
  }
}

/** Writes a JSON file with mode 0600, atomically: readers see the old content or the new, never a part of it. */
export function writeSecretJsonFile(path: string, content: object): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
