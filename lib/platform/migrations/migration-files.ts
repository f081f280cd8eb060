import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** The `prisma` folder, found from the working directory: both the sources and the bundle run at the project's root. */
export function prismaFolder(): string {
  const folder = path.resolve("prisma");
  if (!existsSync(path.join(folder, "migrations"))) {
    throw new Error(`There is no prisma/migrations below ${process.cwd()}: run this at the project's root.`);
  }
  return folder;
}

/** A migration as it lies on disk; `name` is its folder's. */
export interface MigrationFile {
  name: string;
  sql: string;
}

/** All migrations in the order in which they are applied. */
export async function readMigrations(): Promise<MigrationFile[]> {
  const base = path.join(prismaFolder(), "migrations");
  const entries = await readdir(base, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(path.join(base, name, "migration.sql"), "utf8") })),
  );
}

/** The schema's files as `[path, content]`, in the order of their names. */
export async function readSchemaFiles(): Promise<{ path: string; content: string }[]> {
  const base = path.join(prismaFolder(), "schema");
  const names = (await readdir(base)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(
    names.map(async (name) => ({ path: name, content: await readFile(path.join(base, name), "utf8") })),
  );
}
