import { resolve } from "node:path";
import { generatePrismaClient } from "./build/prisma-client";

try {
  const isNew = generatePrismaClient(resolve(import.meta.dirname, "../.."));
  console.log(isNew ? "Generated the Prisma client." : "The Prisma client is up to date.");
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
