import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles the client for programs outside: `dist/client/index.js` for Node and browsers, with its types beside it.
 *
 * @throws Error the types cannot be written
 */
export async function bundleClient(root: string): Promise<void> {
  const entry = join(root, "lib/client/index.ts");
  const outdir = join(root, "dist/client");
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "warning",
  });
  // A tool of development like esbuild, and large: only a build loads it.
  const { default: ts } = await import("typescript");
  const program = ts.createProgram([entry], {
    declaration: true,
    emitDeclarationOnly: true,
    outDir: outdir,
    rootDir: join(root, "lib/client"),
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  const problems = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  const [first] = problems;
  if (first) {
    throw new Error(`The client's types: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`);
  }
}
