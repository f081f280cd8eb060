import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

/** Commands that need the sources. */
const DEVELOPMENT_ONLY = new Set(["build", "demo", "generate", "generate-client", "new-migration"]);

/**
 * Bundles each command of `lib/commands`, and the seed, into `dist/<name>.js`. Packages stay in node_modules, imported JSON
 * goes into the bundle, and migrations are read from `prisma/` at run time.
 *
 * @returns the names of the commands
 */
export async function bundleCommands(root: string): Promise<string[]> {
  const folder = join(root, "lib/commands");
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => basename(file, ".ts"))
    .filter((name) => !DEVELOPMENT_ONLY.has(name));
  const outdir = join(root, "dist");
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [...names.map((name) => join(folder, `${name}.ts`)), join(root, "prisma/seed.ts")],
    entryNames: "[name]",
    outdir,
    format: "esm",
    platform: "node",
    target: "node20",
    bundle: true,
    packages: "external",
    // A module that the server and the code it loads later share must exist once.
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    sourcemap: "linked",
    tsconfig: join(root, "tsconfig.json"),
    logLevel: "warning",
  });
  return names;
}
