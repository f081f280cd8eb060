import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { buildClientPackage } from "@/lib/commands/build/client-package";

const run = promisify(execFile);

const COMPILER = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Strict compiler settings, including checks of the packages' own types. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
  skipLibCheck: false,
  target: "es2022",
  outDir: "built",
};

/** A project outside the repository with Brim's client package installed. */
export interface OutsideProject {
  folder: string;
  /** Files of the package, relative to its folder. */
  installed: string[];
  write(file: string, text: string): void;
  /**
   * Compiles a file with strict settings and additional options.
   *
   * @returns the compiler's output, empty on success
   */
  compile(file: string, options: Record<string, unknown>): Promise<string>;
  /** Runs a compiled file with Node and parses its JSON output. */
  run(file: string, environment: Record<string, string>): Promise<unknown>;
  remove(): void;
}

/** Packs the client with `npm pack` and installs it in an empty folder with `npm install`. */
export async function anOutsideProject(): Promise<OutsideProject> {
  const folder = mkdtempSync(join(tmpdir(), "brim-outside-"));
  const packageFolder = join(folder, "package");
  await buildClientPackage(resolve("."), packageFolder);
  const { stdout } = await npm(folder, "pack", packageFolder, "--json");
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  rmSync(packageFolder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "outside", type: "module" }));
  await npm(folder, "install", "--offline", "--no-audit", "--no-fund", `./${packed?.filename}`);
  return {
    folder,
    installed: readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
    write: (file, text) => writeFileSync(join(folder, file), text),
    compile: (file, options) => compile(folder, file, options),
    async run(file, environment) {
      const program = join(folder, "built", file);
      const env = { NODE_ENV: "production", ...environment } as const;
      const { stdout: printed } = await run(process.execPath, [program], { env });
      return JSON.parse(printed);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function npm(folder: string, ...args: string[]): Promise<{ stdout: string }> {
  return run("npm", args, { cwd: folder });
}

async function compile(folder: string, file: string, options: Record<string, unknown>): Promise<string> {
  // Node's types come from our node_modules; nothing else of ours is visible.
  const typeRoots = [resolve("node_modules/@types")];
  const compilerOptions = { ...STRICT, lib: ["es2022"], types: ["node"], typeRoots, ...options };
  const settings = join(folder, `tsconfig.${file}.json`);
  writeFileSync(settings, JSON.stringify({ compilerOptions, files: [file] }));
  try {
    await run(process.execPath, [COMPILER, "--project", settings], { cwd: dirname(settings) });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  }
}
