import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { prismaFolder, readSchemaFiles, readSqlFiles, type SourceFile } from "./migration-files";
import { withSchemaEngine } from "./schema-engine";

/** The files of `prisma/schema` and `prisma/sql` as the last migration left them: what the next one starts from. */
const SNAPSHOT = "schema.snapshot.json";

interface Snapshot {
  schema: SourceFile[];
  sql: SourceFile[];
}

/** Folders of `prisma/sql` whose files can be run again: each replaces what was there before. */
const REPLACEABLE = ["functions/", "views/"];

/**
 * Writes the next migration and moves the snapshot on. It contains the difference of the Prisma models, and the new text of
 * every function and view. Changes of constraints, types and triggers are left to be written by hand, with a comment for
 * each file.
 *
 * @returns the new file's path, or null when nothing has changed
 */
export async function createMigration(title: string, now: Date): Promise<string | null> {
  const sql = await draftMigration();
  if (sql === null) return null;
  const stamp = now.toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const name = `${stamp}_${title.replace(/[^a-z0-9]+/gi, "_").toLowerCase()}`;
  const folder = path.join(prismaFolder(), "migrations", name);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "migration.sql");
  await writeFile(file, sql);
  await writeFile(snapshotFile(), `${JSON.stringify(await readCurrent(), null, 2)}\n`);
  return file;
}

/** Returns the SQL of the next migration; null when nothing has changed since the last one. Works offline. */
export async function draftMigration(): Promise<string | null> {
  return draftFrom(await readSnapshot());
}

/** Returns the SQL that creates the whole schema in an empty database, from `prisma/schema` and `prisma/sql`. */
export async function schemaSql(): Promise<string> {
  return (await draftFrom({ schema: [], sql: [] })) ?? "";
}

async function draftFrom(before: Snapshot): Promise<string | null> {
  const now = await readCurrent();
  const tables = await tableDifference(before.schema, now.schema);
  const parts = [...(tables === null ? [] : [tables]), ...sqlDifference(before.sql, now.sql)];
  return parts.length > 0 ? `${parts.map((part) => part.trim()).join("\n\n")}\n` : null;
}

async function tableDifference(before: SourceFile[], now: SourceFile[]): Promise<string | null> {
  const result = await withSchemaEngine((engine) =>
    engine.diff({
      from: before.length > 0 ? { tag: "schemaDatamodel", files: before } : { tag: "empty" },
      to: { tag: "schemaDatamodel", files: now },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  return result.exitCode === 2 ? (result.stdout ?? "") : null;
}

function sqlDifference(before: readonly SourceFile[], now: readonly SourceFile[]): string[] {
  const known = new Map(before.map((file) => [file.path, file.content]));
  const current = new Set(now.map((file) => file.path));
  const changed = now.filter((file) => known.get(file.path) !== file.content);
  const deleted = before.filter((file) => !current.has(file.path));
  return [
    ...deleted.map((file) => `-- prisma/sql/${file.path} was deleted: drop what it created.`),
    ...changed.map((file) => {
      const isReplaceable = REPLACEABLE.some((folder) => file.path.startsWith(folder));
      if (isReplaceable || !known.has(file.path)) return `-- prisma/sql/${file.path}\n\n${file.content}`;
      return `-- prisma/sql/${file.path} was changed: write the statements that change it here.`;
    }),
  ];
}

async function readCurrent(): Promise<Snapshot> {
  return { schema: await readSchemaFiles(), sql: await readSqlFiles() };
}

function snapshotFile(): string {
  return path.join(prismaFolder(), "migrations", SNAPSHOT);
}

async function readSnapshot(): Promise<Snapshot> {
  try {
    return JSON.parse(await readFile(snapshotFile(), "utf8")) as Snapshot;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { schema: [], sql: [] };
    throw error;
  }
}
