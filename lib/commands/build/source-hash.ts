import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Written by the build itself or by other programs. */
const NOT_SOURCES = new Set(["node_modules", "generated", ".DS_Store", "next-env.d.ts"]);

/** The folders that go into the production build, besides the configuration files next to `package.json`. */
const SOURCE_FOLDERS = ["app", "components", "lib", "prisma", "public"];

/**
 * Hashes everything that goes into the build.
 *
 * @param ignored configuration files to leave out
 */
export function hashSources(root: string, ignored: string[] = []): string {
  const configuration = readdirSync(root)
    .filter((name) => /^[^.].*\.(json|[cm]?[jt]sx?)$/.test(name))
    .filter((name) => !NOT_SOURCES.has(name) && !ignored.includes(name));
  return hashFiles(root, [...SOURCE_FOLDERS, ...configuration], process.version);
}

/** Hashes the names and contents of files and folders. Missing ones count as empty. */
export function hashFiles(root: string, paths: string[], salt = ""): string {
  const hash = createHash("sha256").update(salt);
  for (const file of paths.flatMap((path) => listFiles(join(root, path))).sort()) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function listFiles(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(path)
    .filter((name) => !NOT_SOURCES.has(name) && !name.endsWith(".tsbuildinfo"))
    .flatMap((name) => listFiles(join(path, name)));
}
