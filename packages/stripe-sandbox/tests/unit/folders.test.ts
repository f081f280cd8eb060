import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const src = resolve(import.meta.dirname, "../../src");

it("folders of src have no circular imports", () => {
  expect(findCycle(folderImports())).toBeUndefined();
});

it("a circular import is detected", () => {
  const imports = new Map([
    ["pages", new Set(["checkout"])],
    ["checkout", new Set(["resources"])],
    ["resources", new Set(["checkout"])],
  ]);

  expect(findCycle(imports)).toBe("checkout → resources → checkout");
});

/** Returns the folders that each folder imports from. Files directly in src are excluded: they connect the folders. */
function folderImports(): Map<string, Set<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    const folder = folderOf(file);
    if (!file.endsWith(".ts") || !folder) continue;
    const known = imports.get(folder) ?? new Set();
    imports.set(folder, known);
    for (const [, path = ""] of readFileSync(join(src, file), "utf8").matchAll(
      /(?:from|import\() ?"(\.[^"]+)"/g,
    )) {
      const imported = folderOf(relative(src, resolve(src, dirname(file), path)));
      if (imported && imported !== folder) known.add(imported);
    }
  }
  return imports;
}

function folderOf(file: string): string | undefined {
  return file.includes("/") ? file.split("/")[0] : undefined;
}

function findCycle(imports: Map<string, Set<string>>): string | undefined {
  const done = new Set<string>();
  const visit = (folder: string, path: string[]): string | undefined => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder].join(" → ");
    if (done.has(folder)) return undefined;
    for (const next of imports.get(folder) ?? []) {
      const cycle = visit(next, [...path, folder]);
      if (cycle) return cycle;
    }
    done.add(folder);
    return undefined;
  };
  for (const folder of imports.keys()) {
    const cycle = visit(folder, []);
    if (cycle) return cycle;
  }
  return undefined;
}
