export { applyMigrations, pendingMigrations, UnfitDatabaseError } from "./apply-migrations";
export { createMigration, schemaDifference } from "./create-migration";
export { missingMigrations } from "./missing-migrations";
