import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashSources } from "@/lib/commands/build/source-hash";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "brim-sources-"));
  write("app/page.tsx", "a page");
  write("package-lock.json", "{}");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("hashSources", () => {
  it.each([
    ["a changed source", () => write("app/page.tsx", "another page")],
    ["a new source", () => write("lib/money/index.ts", "")],
    ["a renamed source", () => renameSync(join(root, "app/page.tsx"), join(root, "app/site.tsx"))],
    ["the lockfile", () => write("package-lock.json", '{"version": 2}')],
    ["a configuration file", () => write("next.config.ts", "export default {}")],
    ["a migration", () => write("prisma/migrations/1/migration.sql", "select 1")],
  ])("changes with %s", (_case, change) => {
    const before = hashSources(root);

    change();

    expect(hashSources(root)).not.toBe(before);
  });

  it.each([
    "prisma/generated/client.ts",
    "next-env.d.ts",
    "dist/server.js",
    ".next/BUILD_ID",
    "tests/unit/a.ts",
  ])("ignores %s", (path) => {
    const before = hashSources(root);

    write(path, "made by the build, or no part of it");

    expect(hashSources(root)).toBe(before);
  });
});

function write(path: string, content: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
