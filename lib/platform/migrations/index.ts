export { applyMigrations, pendingMigrations, UnfitDatabaseError } from "./apply-migrations";
export { BeforeBaselineError, isBeforeBaseline } from "./before-baseline";
export { createMigration, draftMigration, schemaSql } from "./create-migration";
export { type MigrationFile, readMigrations } from "./migration-files";
export { missingMigrations } from "./missing-migrations";
