import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build, type Metafile } from "esbuild";
import { afterAll, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const PRISMA_CLIENT = "prisma/generated/client.ts";
const GENERATES = "--import ./lib/commands/build/prisma-client-first.ts";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The scripts that run one of our programs from its source, with that program. */
const programs = Object.entries(scripts).flatMap(([name, command]) => {
  const [, source] = /^tsx (?:--import \S+ )?(\S+\.ts)/.exec(command) ?? [];
  return source ? [{ name, command, source }] : [];
});

const folder = mkdtempSync(join(tmpdir(), "brim-fresh-clone-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files that must exist before a program starts, without those that it imports dynamically. */
async function importedFirst(source: string): Promise<Set<string>> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    outdir: "none",
    logLevel: "error",
  });
  return reachable(metafile, source);
}

function reachable({ inputs }: Metafile, source: string, found = new Set<string>()): Set<string> {
  if (found.has(source)) return found;
  found.add(source);
  for (const { path, kind, external } of inputs[source]?.imports ?? []) {
    if (kind === "import-statement" && !external) reachable({ inputs } as Metafile, path, found);
  }
  return found;
}

it("every command that needs the Prisma client generates it first, and no other command does", async () => {
  expect(programs.length).toBeGreaterThan(8);

  const needing = await Promise.all(
    programs.map(async ({ name, source }) =>
      (await importedFirst(source)).has(PRISMA_CLIENT) ? [name] : [],
    ),
  );

  const making = programs.filter(({ command }) => command.includes(GENERATES)).map(({ name }) => name);
  expect(making).toEqual(needing.flat());
  expect(making).toContain("ledger:verify");
});

it("npm run key works on a fresh clone without additional output", () => {
  for (const name of ["package.json", "tsconfig.json", "prisma.config.ts", "lib", "prisma"]) {
    const filter = (path: string) => !path.includes("prisma/generated");
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));

  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "key", "--", "list"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
  });

  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/^The database cannot be reached: .*\n$/),
  });
  expect(existsSync(join(folder, PRISMA_CLIENT))).toBe(true);
});
