import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface LockedPackage {
  version: string;
  resolved?: string;
  /** One of ours, in `packages/`. */
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const readJson = <T>(file: string) => JSON.parse(readFileSync(join(root, file), "utf8")) as T;
const manifest =
  readJson<Record<"dependencies" | "devDependencies" | "scripts", Record<string, string>>>("package.json");
const { packages } = readJson<{ packages: Record<string, LockedPackage> }>("package-lock.json");

describe("package-lock.json", () => {
  it("contains every dependency of every package, for all platforms, as `npm ci` requires", () => {
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !lookupPaths(path, name).some((candidate) => candidate in packages))
        .map((name) => `${path} needs ${name}`),
    );

    expect(missing).toEqual([]);
  });

  it("contains no registry URLs", () => {
    const resolved = Object.entries(packages).filter(
      ([, { resolved, link }]) => resolved !== undefined && !link,
    );

    expect(resolved).toEqual([]);
  });

  it("matches package.json", () => {
    const { dependencies, devDependencies } = manifest;

    expect(packages[""]).toMatchObject({ dependencies, devDependencies });
  });
});

/** Returns the paths where Node looks for a package when another one imports it. */
function lookupPaths(path: string, name: string): string[] {
  const parents = path
    .split("/node_modules/")
    .map((_, index, parts) => parts.slice(0, index + 1).join("/node_modules/"));
  return [
    ...parents.filter(Boolean).map((parent) => `${parent}/node_modules/${name}`),
    `node_modules/${name}`,
  ];
}

/** Development programs, and files that only they load. */
const DEVELOPMENT = [
  "lib/commands/generate",
  "lib/commands/new-migration.ts",
  "lib/commands/demo",
  "playwright.config.ts",
  "vitest.config.ts",
  "vitest.rules.config.ts",
];

describe("without development dependencies", () => {
  it("production code imports no development dependency", () => {
    const violations = sourceFiles()
      .filter((file) => !DEVELOPMENT.some((prefix) => file.startsWith(prefix)))
      .flatMap((file) =>
        packagesIn(readFileSync(join(root, file), "utf8"))
          .filter((name) => name in manifest.devDependencies)
          .map((name) => `${file} needs ${name}`),
      );

    expect(violations).toEqual([]);
  });

  it("production scripts run only tsx and node", () => {
    const developmentScripts = /^(format|lint|types|test.*|check|bench.*|mutants.*)$/;
    const programs = Object.entries(manifest.scripts)
      .filter(([name]) => !developmentScripts.test(name))
      .map(([, command]) => command.split(" ")[0] ?? "");

    expect(new Set(programs)).toEqual(new Set(["tsx", "node"]));
    expect(manifest.dependencies).toHaveProperty("tsx");
  });

  it("the type packages that `next build` would otherwise install are dependencies", () => {
    for (const name of ["typescript", "@types/node", "@types/react", "@types/react-dom"]) {
      expect(manifest.dependencies).toHaveProperty([name]);
    }
  });
});

function sourceFiles(): string[] {
  const isSource = (file: string) => /\.(css|[cm]?[jt]sx?)$/.test(file);
  const below = ["app", "components", "lib", "prisma"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  );
  return [...readdirSync(root), ...below]
    .filter(isSource)
    .filter((file) => !file.startsWith("prisma/generated"));
}

/** Returns the packages that a file imports or resolves, and the plugins that a configuration names. */
function packagesIn(source: string): string[] {
  const mentions = source.matchAll(
    /(?:\bfrom|\bimport|\bimport\(|\bresolve\(|@import|@plugin)\s*"((?:@[\w.-]+\/)?[\w.-]+)[^"]*"|[{\s]"(@[\w.-]+\/[\w.-]+)":/g,
  );
  return [...mentions].map(([, imported, configured]) => imported ?? configured ?? "");
}
