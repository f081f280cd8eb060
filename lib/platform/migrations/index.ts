export { applyMigrations, pendingMigrations, UnfitDatabaseError } from "./apply-migrations";
export { createMigration, schemaDifference } from "./create-migration";
export { type MigrationFile, readMigrations } from "./migration-files";
export { missingMigrations } from "./missing-migrations";
