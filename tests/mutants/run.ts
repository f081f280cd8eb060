import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startTestPostgres } from "../support/postgres-server";
import { MUTANTS, type Mutant, type MutantTest } from "./mutants";
import { plant } from "./plant";

const USAGE =
  "Usage: npm run mutants [-- PART_OF_A_NAME …]   plants only those whose name has one of these parts";

/** What became of one run of tests. */
interface TestRun {
  passed: number;
  failed: string[];
  /** Why no test could say anything, in the runner's words. */
  broken: string | null;
}

/** What a planted fault came to. `broken`: it did not even load, so that no test has seen it. */
type Outcome = "killed" | "survived" | "broken";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** What a copy needs none of. */
const LEFT_OUT = new Set([".git", ".next", ".data", ".stryker-tmp", "dist", "node_modules", "reports"]);

/** Long enough for a machine that does other work too. A fault that makes a test hang is noticed by then. */
const RUN_TIMEOUT_MS = 900_000;

/**
 * `npm run mutants`: plants one fault after another in a copy of the project and runs the tests that should see each.
 *
 * @returns 0 when every fault was noticed; 1 when one survived, or could not be tried
 */
async function main(): Promise<number> {
  const chosen = chooseMutants();
  if (chosen.length === 0) {
    console.error(USAGE);
    return 1;
  }
  const copy = copyProject();
  // One server for all runs; each makes its own template, so that a fault in the SQL is in its databases.
  const postgres = await startTestPostgres();
  try {
    return await plantAll(copy, chosen);
  } finally {
    await postgres.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}

function chooseMutants(): Mutant[] {
  const { positionals } = parseArgs({ allowPositionals: true });
  return MUTANTS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  );
}

/** Faults are planted in a copy, so that nothing is left in the sources however this ends. */
function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "brim-mutants-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  cpSync(projectRoot, copy, {
    recursive: true,
    filter: (source) =>
      !source
        .slice(projectRoot.length)
        .split(sep)
        .some((part) => LEFT_OUT.has(part)),
  });
  symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function plantAll(copy: string, mutants: readonly Mutant[]): Promise<number> {
  const sound = await runTests(
    copy,
    mutants.flatMap(({ tests }) => tests),
  );
  if (sound.broken !== null || sound.failed.length > 0) {
    console.error(`Without any fault the tests do not pass: ${sound.broken ?? sound.failed.join("; ")}`);
    return 1;
  }
  const outcomes: Outcome[] = [];
  for (const mutant of mutants) outcomes.push(await tryMutant(copy, mutant));
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  console.log(`${count("killed")} killed, ${count("survived")} survived, ${count("broken")} broken`);
  return count("killed") === mutants.length ? 0 : 1;
}

async function tryMutant(copy: string, mutant: Mutant): Promise<Outcome> {
  const startedAt = performance.now();
  const restore = plant(copy, mutant);
  const run = await runTests(copy, mutant.tests);
  restore();
  const outcome = run.failed.length > 0 ? "killed" : run.broken === null ? "survived" : "broken";
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  const why = { killed: run.failed[0], survived: `${run.passed} tests passed`, broken: run.broken }[outcome];
  console.log(`${outcome.padEnd(8)} ${mutant.name} (${seconds} s): ${why}`);
  return outcome;
}

async function runTests(copy: string, tests: readonly MutantTest[]): Promise<TestRun> {
  const report = join(copy, "mutant-report.json");
  rmSync(report, { force: true });
  const names = [...new Set(tests.map(({ name }) => escapeRegExp(name)))];
  const files = [...new Set(tests.map(({ file }) => file))];
  // Unit tests alone need no database.
  const projects = ["unit", "integration"].filter((project) =>
    files.some((file) => file.startsWith(`tests/${project}/`)),
  );
  const output = await run(copy, [
    ...projects.map((project) => `--project=${project}`),
    ...files,
    ...["-t", names.join("|")],
    ...["--reporter=json", `--outputFile=${report}`],
  ]);
  if (!existsSync(report)) return { passed: 0, failed: [], broken: output.trim().slice(-300) || "timed out" };
  return readReport(JSON.parse(readFileSync(report, "utf8")));
}

interface VitestReport {
  numPassedTests: number;
  testResults: {
    name: string;
    message: string;
    status: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

/** A file that failed without a failed test did not load: that is no proof that a test has seen the fault. */
function readReport({ numPassedTests, testResults }: VitestReport): TestRun {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  const unloaded = testResults.find(({ status, assertionResults }) => {
    return status === "failed" && !assertionResults.some((one) => one.status === "failed");
  });
  const broken = unloaded
    ? `${unloaded.name}: ${unloaded.message}`
    : failed.length + numPassedTests === 0
      ? "no test ran"
      : null;
  return { passed: numPassedTests, failed, broken };
}

/** What runs now; it must not go on when this ends. */
let running: ChildProcess | undefined;
process.once("exit", () => running?.kill("SIGKILL"));

/** Runs vitest in the copy; resolves with what it said. */
function run(copy: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...args], {
      cwd: copy,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: RUN_TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    running = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(output));
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

process.exitCode = await main();
