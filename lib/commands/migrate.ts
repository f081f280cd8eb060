import { applyMigrations } from "@/lib/platform/migrations";

const databaseUrl = process.env.DATABASE_URL;
if (!databaseUrl) {
  console.error("DATABASE_URL is not set. Set it to the database to migrate.");
  process.exit(1);
}
try {
  const { applied } = await applyMigrations({ databaseUrl });
  for (const name of applied) console.log(`applied ${name}`);
  console.log(applied.length === 0 ? "The database is up to date." : `${applied.length} applied.`);
} catch (error) {
  console.error(`The migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
