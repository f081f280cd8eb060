import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { envSchema } from "@/lib/platform/env";

const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Drawers: names under which anything could lie. */
const DRAWER = /^(utils?|helpers?|common|misc)(\.|$)/i;

describe("files", () => {
  it("no folder and no file is a drawer", () => {
    const paths = ["app", "components", "lib", "prisma/schema"].flatMap(allPathsBelow);

    expect(paths.filter((path) => DRAWER.test(basename(path)))).toEqual([]);
  });

  it(".env.example names exactly the settings that Brim knows", () => {
    const named = readFileSync(join(projectRoot, ".env.example"), "utf8").matchAll(
      /^#? ?([A-Z][A-Z0-9_]*)=/gm,
    );

    expect([...named].map(([, name]) => name).sort()).toEqual(Object.keys(envSchema.shape).sort());
  });
});

function allPathsBelow(folder: string): string[] {
  const root = join(projectRoot, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
}
