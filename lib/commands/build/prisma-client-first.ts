import { resolve } from "node:path";
import { generatePrismaClient } from "./prisma-client";

// Loaded before a command (`tsx --import`): its imports are found before its first line runs, and on a fresh clone there is
// no Prisma client yet. Says nothing, because what a command prints may be piped.
try {
  generatePrismaClient(resolve(import.meta.dirname, "../../.."));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
