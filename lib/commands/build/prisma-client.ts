import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { hashFiles } from "./source-hash";

/**
 * Generates the Prisma client into `prisma/generated`, unless it is there for this schema and this Prisma.
 * Works without a network.
 *
 * @returns false when there was nothing to do
 */
export function generatePrismaClient(root: string): boolean {
  const stamp = join(root, "prisma/generated/.source-hash");
  const prismaManifest = createRequire(join(root, "package.json")).resolve("prisma/package.json");
  const { version } = JSON.parse(readFileSync(prismaManifest, "utf8")) as { version: string };
  const hash = hashFiles(root, ["prisma/schema", "prisma.config.ts"], version);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(dirname(prismaManifest), "build/index.js"), "generate", "--no-hints"],
    {
      cwd: root,
      encoding: "utf8",
      env: {
        ...process.env,
        // Prisma would download its schema engine, which `generate` never runs: any program stands in for it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: "1",
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
      },
    },
  );
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}${stderr}`);
  writeFileSync(stamp, hash);
  return true;
}
