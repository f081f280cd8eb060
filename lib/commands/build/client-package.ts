import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { writeClientTypes } from "./client-types";

/** The fields of our own `package.json` that the client's repeats. */
interface OwnManifest {
  version: string;
  license: string;
  engines: Record<string, string>;
}

/**
 * Builds the package that other programs install. It exports `brim/client` for Node and browsers, as ES module and CommonJS,
 * with types, and has no dependencies. The code is in a folder named `client`, so that compilers that ignore `exports` find
 * it.
 *
 * @param outdir the folder of the package, ready for `npm install` and `npm pack`
 * @throws Error the types do not compile
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
        // For bundlers that use neither condition.
        default: "./client/index.js",
      },
      "./package.json": "./package.json",
    },
  };
}
