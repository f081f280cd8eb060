import { createMigration } from "@/lib/platform/migrations";

const title = process.argv.slice(2).join(" ");
if (!title) {
  console.error("Usage: npm run db:new-migration -- what it does");
  process.exit(1);
}
const file = await createMigration(title, new Date());
console.log(
  file
    ? `Wrote ${file}. Check it, and write what its comments ask for before you apply it.`
    : "prisma/schema and prisma/sql have not changed since the last migration.",
);
