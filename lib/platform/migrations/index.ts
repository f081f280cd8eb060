export { applyMigrations, pendingMigrations } from "./apply-migrations";
export { createMigration, schemaDifference } from "./create-migration";
