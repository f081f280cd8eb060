import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Made by the build itself or by other programs: a change there changes nothing about the product. */
const NOT_SOURCES = new Set(["node_modules", "generated", ".DS_Store", "next-env.d.ts"]);

/** What the production build is made of: these folders, and the configuration files beside `package.json`. */
const SOURCE_FOLDERS = ["app", "components", "lib", "prisma", "public"];

/**
 * A hash of all that goes into the build, so that it is only repeated when something changed.
 *
 * @param ignored configuration files that do not count
 */
export function hashSources(root: string, ignored: string[] = []): string {
  const configuration = readdirSync(root)
    .filter((name) => /^[^.].*\.(json|[cm]?[jt]sx?)$/.test(name))
    .filter((name) => !NOT_SOURCES.has(name) && !ignored.includes(name));
  return hashFiles(root, [...SOURCE_FOLDERS, ...configuration], process.version);
}

/** Hashes the names and contents of files and folders; what does not exist counts as empty. */
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
