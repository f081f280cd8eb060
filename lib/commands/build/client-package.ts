import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { writeClientTypes } from "./client-types";

/** What of our own `package.json` the client's repeats. */
interface OwnManifest {
  version: string;
  license: string;
  engines: Record<string, string>;
}

/**
 * Writes the package that programs outside install: `brim` with the client alone, as `brim/client`, and without
 * dependencies. It is for Node and for browsers, for `import` and for `require`, with types for each.
 *
 * Its code lies in a folder `client`, so that compilers find it that do not read `exports`.
 *
 * @param outdir the package's folder; `npm install` and `npm pack` take it as it is
 * @throws Error the types cannot be written
 */
export async function buildClientPackage(root: string, outdir = join(root, "dist/package")): Promise<void> {
  const entry = join(root, "lib/client/index.ts");
  const code = join(outdir, "client");
  mkdirSync(code, { recursive: true });
  for (const [format, ending] of [
    ["esm", "js"],
    ["cjs", "cjs"],
  ] as const) {
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(code, `index.${ending}`),
      bundle: true,
      format,
      platform: "neutral",
      target: "es2022",
      logLevel: "warning",
    });
  }
  await writeClientTypes(entry, code);
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as OwnManifest;
  writeFileSync(join(outdir, "package.json"), `${JSON.stringify(manifestOf(own), null, 2)}\n`);
  copyFileSync(join(root, "LICENSE"), join(outdir, "LICENSE"));
}

function manifestOf({ version, license, engines }: OwnManifest): object {
  return {
    name: "brim",
    version,
    description: "The client of Brim, a self-hosted prepaid balance.",
    license,
    type: "module",
    sideEffects: false,
    engines,
    exports: {
      "./client": {
        import: { types: "./client/index.d.ts", default: "./client/index.js" },
        require: { types: "./client/index.d.cts", default: "./client/index.cjs" },
        // Bundlers that ask for neither.
        default: "./client/index.js",
      },
      "./package.json": "./package.json",
    },
  };
}
