import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import { hashFiles } from "./source-hash";

/**
 * Generates the Prisma client into `prisma/generated`, unless it is up to date. Works offline.
 *
 * @returns false when it was up to date
 */
export function generatePrismaClient(root: string): boolean {
  const stamp = join(root, "prisma/generated/.source-hash");
  const prismaManifest = createRequire(join(root, "package.json")).resolve("prisma/package.json");
  const { version } = JSON.parse(readFileSync(prismaManifest, "utf8")) as { version: string };
  const hash = hashFiles(root, ["prisma/schema", "prisma.config.ts"], version);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;

  const prisma = join(dirname(prismaManifest), "build/index.js");
  const { failed, all } = execaSync(process.execPath, [prisma, "generate", "--no-hints"], {
    cwd: root,
    env: {
      // Prisma would download its schema engine, which `generate` does not run. Any program will do.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
    all: true,
    reject: false,
  });
  if (failed) throw new Error(`prisma generate failed:\n${all}`);
  writeFileSync(stamp, hash);
  return true;
}
