import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { envSchema } from "@/lib/platform/env";

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

const CATCH_ALL_NAME = /^(utils?|helpers?|common|misc)(\.|$)/i;

describe("files", () => {
  it("no file or folder has a catch-all name such as utils", () => {
    const paths = [
      "app",
      "components",
      "lib",
      "packages/local-postgres/src",
      "packages/stripe-sandbox/src",
      "prisma/schema",
    ].flatMap(allPathsBelow);

    expect(paths.filter((path) => CATCH_ALL_NAME.test(basename(path)))).toEqual([]);
  });

  it(".env.example lists exactly the settings that Brim supports", () => {
    const listed = readFileSync(join(projectRoot, ".env.example"), "utf8").matchAll(
      /^#? ?([A-Z][A-Z0-9_]*)=/gm,
    );

    expect([...listed].map(([, name]) => name).sort()).toEqual(Object.keys(envSchema.shape).sort());
  });
});

function allPathsBelow(folder: string): string[] {
  const root = join(projectRoot, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
}
