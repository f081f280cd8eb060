import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleCommands } from "./bundles";
import { buildClientPackage } from "./client-package";
import { buildNext } from "./next-build";
import { generatePrismaClient } from "./prisma-client";
import { copyReferenceRenderer } from "./reference-renderer";
import { hashSources } from "./source-hash";

const STAMP = "dist/.source-hash";

/** `next build` adds missing options to this file. */
const REWRITTEN_BY_NEXT = ["tsconfig.json"];

/** Whether the production build exists and was made from exactly these sources. */
export function isBuildCurrent(root: string): boolean {
  const stamp = join(root, STAMP);
  return (
    existsSync(join(root, ".next/BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === hashSources(root)
  );
}

/** Builds what `npm start` needs: the Prisma client, the API reference, the pages, and the commands in `dist/`. */
export async function buildForProduction(
  root: string,
  options: { isQuiet?: boolean; signal?: AbortSignal } = {},
): Promise<void> {
  // First of all, so that an interrupted build does not count as finished.
  rmSync(join(root, STAMP), { force: true });
  copyReferenceRenderer(root);
  const before = hashSources(root, REWRITTEN_BY_NEXT);
  generatePrismaClient(root);
  await buildNext(root, options);
  await bundleCommands(root);
  await buildClientPackage(root);
  // If the sources changed during the build, leave no stamp, so that the next start builds again.
  if (hashSources(root, REWRITTEN_BY_NEXT) === before) writeFileSync(join(root, STAMP), hashSources(root));
}
