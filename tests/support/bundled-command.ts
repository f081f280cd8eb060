import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(import.meta.dirname, "../..");

/** A command bundled for Node. */
export interface BundledCommand {
  readonly file: string;
  remove(): void;
}

/**
 * Bundles a command as the build does, for tests that start it many times. Compiling it for each start would dominate the
 * test.
 *
 * @param source path in the project, such as `lib/commands/key.ts`
 */
export async function bundleCommand(source: string): Promise<BundledCommand> {
  const cache = join(ROOT, "node_modules/.cache"); // inside the project, so that packages resolve
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "brim-test-command-"));
  const file = join(folder, "command.mjs");
  await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    outfile: file,
    format: "esm",
    platform: "node",
    target: "node20",
    bundle: true,
    packages: "external",
    tsconfig: join(ROOT, "tsconfig.json"),
    logLevel: "warning",
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
