import type ts from "typescript";

type Compiler = typeof ts;

/**
 * Writes the client's types twice, as `.d.ts` for the ES module and as `.d.cts` for CommonJS: compilers that follow Node's
 * rules need both.
 *
 * @param entry the client's `index.ts`
 * @throws Error the client does not compile
 */
export async function writeClientTypes(entry: string, outdir: string): Promise<void> {
  // Large, and only needed here.
  const { default: compiler } = await import("typescript");
  const program = compiler.createProgram([entry], {
    declaration: true,
    emitDeclarationOnly: true,
    outDir: outdir,
    strict: true,
    target: compiler.ScriptTarget.ES2022,
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  const problems = [
    ...compiler.getPreEmitDiagnostics(program),
    ...emitTypes(compiler, program, "js"),
    ...emitTypes(compiler, program, "cjs"),
  ];
  const [first] = problems;
  if (first) {
    throw new Error(`The client's types: ${compiler.flattenDiagnosticMessageText(first.messageText, "\n")}`);
  }
}

function emitTypes(compiler: Compiler, program: ts.Program, ending: "js" | "cjs"): readonly ts.Diagnostic[] {
  const typeEnding = ending === "js" ? ".d.ts" : ".d.cts";
  const write = (file: string, text: string) =>
    compiler.sys.writeFile(file.replace(/\.d\.ts$/, typeEnding), withEndings(text, ending));
  return program.emit(undefined, write).diagnostics;
}

/** Turns `./caller` into `./caller.js`, because compilers that follow Node's rules do not add extensions. */
function withEndings(declarations: string, ending: string): string {
  return declarations.replace(/(from |import\()"(\.[^"]*)"/g, `$1"$2.${ending}"`);
}
