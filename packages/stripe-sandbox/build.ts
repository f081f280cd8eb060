import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";

// Bundles what `npm pack` puts into the tarball. local-postgres goes into the bundle, because it is in no registry.

const root = import.meta.dirname;
const outdir = join(root, "dist");
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["src/index.ts", "src/cli.ts"],
  outdir,
  format: "esm",
  platform: "node",
  target: "node20",
  bundle: true,
  splitting: true,
  external: Object.keys(dependencies),
  sourcemap: false,
  logLevel: "warning",
});

/** The types of the public API lie in these files. */
for (const name of ["index", "options", "start-sandbox"]) {
  const source = readFileSync(join(root, "src", `${name}.ts`), "utf8");
  const { outputText, diagnostics } = ts.transpileDeclaration(source, { fileName: `${name}.ts` });
  const [first] = diagnostics ?? [];
  if (first) throw new Error(`${name}.ts: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`);
  // Compilers that follow Node's rules add no ending by themselves.
  writeFileSync(join(outdir, `${name}.d.ts`), outputText.replace(/from "(\.[^"]*)"/g, 'from "$1.js"'));
}

mkdirSync(join(outdir, "stripe-openapi"));
for (const name of ["LICENSE", "README.md"]) {
  copyFileSync(join(root, "src/stripe-openapi", name), join(outdir, "stripe-openapi", name));
}
