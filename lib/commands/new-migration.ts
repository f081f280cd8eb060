import { createMigration } from "@/lib/platform/migrations";

const title = process.argv.slice(2).join(" ");
if (!title) {
  console.error("Usage: npm run db:new-migration -- TITLE   TITLE: what the migration does");
  process.exit(1);
}
const file = await createMigration(title, new Date());
console.log(
  file
    ? `Wrote ${file}. Add by hand what Prisma cannot express, such as checks and triggers.`
    : "The schema has not changed.",
);
