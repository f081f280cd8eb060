import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Reads a JSON file of ours; null when there is none or when it was cut short by a crash. */
export function readJson(path: string): Record<string, unknown> | null {
  if (!existsSync(path)) return null;
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof content === "object" && content !== null ? { ...content } : null;
  } catch {
    return null;
  }
}

/** Writes a JSON file that only its owner can read; readers see the old content or the new, never half. */
export function writePrivateJson(path: string, content: object): void {
  const draft = `${path}.new`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
