import { resolve } from "node:path";
import { generatePrismaClient } from "./prisma-client";

// Loaded before a command with `tsx --import`, because the imports of a command are resolved before its first line runs, and a
// fresh clone has no Prisma client yet. Prints nothing, because the output of the command may be piped.
try {
  generatePrismaClient(resolve(import.meta.dirname, "../../.."));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
