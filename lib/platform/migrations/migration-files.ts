import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Returns the `prisma` folder, found from the working directory: sources and bundle both run at the project's root. */
export function prismaFolder(): string {
  const folder = path.resolve("prisma");
  if (!existsSync(path.join(folder, "migrations"))) {
    throw new Error(`There is no prisma/migrations below ${process.cwd()}: run this at the project's root.`);
  }
  return folder;
}

/** A migration; `name` is that of its folder. */
export interface MigrationFile {
  name: string;
  sql: string;
}

/** Reads all migrations, in the order in which they are applied. */
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

/** A file that says how the database is today; `path` is relative to its folder. */
export interface SourceFile {
  path: string;
  content: string;
}

/** Reads the Prisma models, sorted by name. */
export function readSchemaFiles(): Promise<SourceFile[]> {
  return readFolder(path.join(prismaFolder(), "schema"), "", ".prisma");
}

/** The folders of `prisma/sql`, in the order in which their files are applied after Prisma's tables. */
const SQL_FOLDERS = ["types", "constraints", "functions", "triggers", "views"];

/** Reads the SQL of everything that Prisma cannot express, in the order in which it is applied. */
export async function readSqlFiles(): Promise<SourceFile[]> {
  const base = path.join(prismaFolder(), "sql");
  const folders = await Promise.all(SQL_FOLDERS.map((folder) => readFolder(base, folder, ".sql")));
  return folders.flat();
}

async function readFolder(base: string, folder: string, extension: string): Promise<SourceFile[]> {
  const names = (await readdir(path.join(base, folder))).filter((name) => name.endsWith(extension)).sort();
  return Promise.all(
    names.map(async (name) => ({
      path: path.posix.join(folder, name),
      content: await readFile(path.join(base, folder, name), "utf8"),
    })),
  );
}
