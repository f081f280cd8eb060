import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** One lint finding. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  /** A Biome rule such as `lint/suspicious/noConsole`, or `plugin` for the rules in `lint/`. */
  readonly rule: string;
  readonly message: string;
}

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const biome = join(projectRoot, "node_modules/@biomejs/biome/bin/biome");

/**
 * Lints files in a temporary folder by the project's rules.
 *
 * @param files code by path, relative to the project root
 */
export async function lintFiles(files: Record<string, string>): Promise<Finding[]> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "brim-planted-")));
  try {
    for (const name of ["biome.json", "lint", "package.json", "tsconfig.json", ".gitignore"]) {
      await cp(join(projectRoot, name), join(root, name), { recursive: true });
    }
    for (const [path, code] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), code);
    }
    return parseFindings(await runBiome(root), root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function runBiome(root: string): Promise<string> {
  const args = [biome, "lint", "--error-on-warnings", "--reporter=github", "--max-diagnostics=none"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      // Findings exit with code 1. Anything else, such as an invalid configuration, is an error.
      if (error && !stdout.includes("::error title=")) reject(new Error(`Biome failed: ${stderr}${stdout}`));
      else resolve(stdout);
    });
  });
}

function parseFindings(output: string, root: string): Finding[] {
  const pattern = /^::\w+ title=([^,]+),file=([^,]+),line=(\d+),.*?::(.*)$/gm;
  return [...output.matchAll(pattern)].map(([, rule = "", file = "", line = "", message = ""]) => ({
    rule,
    file: relative(root, file),
    line: Number(line),
    message,
  }));
}
