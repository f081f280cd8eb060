import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { prismaFolder, readSchemaFiles } from "./migration-files";
import { withSchemaEngine } from "./schema-engine";

/** The schema as it was when the last migration was made: what the next one starts from. */
const SNAPSHOT = "schema.snapshot.json";

type SchemaFiles = { path: string; content: string }[];

/** The SQL from the last migration's schema to the working one; null when they are the same. Works offline. */
export async function schemaDifference(): Promise<string | null> {
  const [before, now] = [await readSnapshot(), await readSchemaFiles()];
  const result = await withSchemaEngine((engine) =>
    engine.diff({
      from: before ? { tag: "schemaDatamodel", files: before } : { tag: "empty" },
      to: { tag: "schemaDatamodel", files: now },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  return result.exitCode === 2 ? (result.stdout ?? "") : null;
}

/**
 * Writes the next migration from the working schema and moves the snapshot on. What Prisma cannot express (CHECKs,
 * triggers, views, partial indexes) is then added to the file by hand, before it is applied anywhere.
 *
 * @returns the new file's path, or null when the schema has not changed
 */
export async function createMigration(title: string, now: Date): Promise<string | null> {
  const sql = await schemaDifference();
  if (sql === null) return null;
  const stamp = now.toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const folder = path.join(
    prismaFolder(),
    "migrations",
    `${stamp}_${title.replace(/[^a-z0-9]+/gi, "_").toLowerCase()}`,
  );
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "migration.sql");
  await writeFile(file, sql.trimStart());
  await writeFile(snapshotFile(), `${JSON.stringify(await readSchemaFiles(), null, 2)}\n`);
  return file;
}

function snapshotFile(): string {
  return path.join(prismaFolder(), "migrations", SNAPSHOT);
}

async function readSnapshot(): Promise<SchemaFiles | null> {
  try {
    return JSON.parse(await readFile(snapshotFile(), "utf8")) as SchemaFiles;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
