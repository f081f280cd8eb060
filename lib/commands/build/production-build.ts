import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleCommands } from "./bundles";
import { buildClientPackage } from "./client-package";
import { buildNext } from "./next-build";
import { generatePrismaClient } from "./prisma-client";
import { copyReferenceRenderer } from "./reference-renderer";
import { hashSources } from "./source-hash";

const STAMP = "dist/.source-hash";

/** The build adds to it what Next misses there. */
const REWRITTEN_BY_NEXT = ["tsconfig.json"];

/** True when the build is there and was made of exactly these sources. */
export function isBuildCurrent(root: string): boolean {
  const stamp = join(root, STAMP);
  return (
    existsSync(join(root, ".next/BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === hashSources(root)
  );
}

/** Builds everything that `npm start` needs: Prisma client, the renderer of the reference, pages, and commands in `dist/`. */
export async function buildForProduction(
  root: string,
  options: { isQuiet?: boolean; signal?: AbortSignal } = {},
): Promise<void> {
  // Before anything is touched: an interrupted build must not pass for a finished one.
  rmSync(join(root, STAMP), { force: true });
  copyReferenceRenderer(root);
  const before = hashSources(root, REWRITTEN_BY_NEXT);
  generatePrismaClient(root);
  await buildNext(root, options);
  await bundleCommands(root);
  await buildClientPackage(root);
  // Sources that changed meanwhile may be in it or not: without a stamp, the next start builds again.
  if (hashSources(root, REWRITTEN_BY_NEXT) === before) writeFileSync(join(root, STAMP), hashSources(root));
}
