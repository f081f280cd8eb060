import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startTestPostgres } from "../support/postgres-server";
import { insertFault } from "./insert-fault";
import { MUTANTS, type Mutant, type MutantTest } from "./mutants";

const USAGE =
  "Usage: npm run mutants [-- PART_OF_A_NAME …]   inserts only faults whose name contains one of the parts";

/** Result of one test run. */
interface TestRun {
  passed: number;
  failed: string[];
  /** The runner's message if the tests could not run. */
  broken: string | null;
}

/** `broken`: the mutated code failed to load, so no test ran against it. */
type Outcome = "killed" | "survived" | "broken";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Folders that are not copied. */
const EXCLUDED = new Set([".git", ".next", ".data", ".stryker-tmp", "dist", "node_modules", "reports"]);

/** Long enough for a busy machine. A fault that makes a test hang counts as caught. */
const RUN_TIMEOUT_MS = 900_000;

/**
 * Inserts each fault in turn into a copy of the project, and runs the tests that should catch it.
 *
 * @returns 0 if every fault was caught; 1 if one survived or could not be tested
 */
async function main(): Promise<number> {
  const chosen = chooseMutants();
  if (chosen.length === 0) {
    console.error(USAGE);
    return 1;
  }
  const copy = copyProject();
  // One server for all runs. Each creates its own template, so that faults in SQL are in its databases.
  const postgres = await startTestPostgres();
  try {
    return await tryAll(copy, chosen);
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

/** Copies the project, so that the sources never change. */
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
        .some((part) => EXCLUDED.has(part)),
  });
  symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
  return copy;
}

async function tryAll(copy: string, mutants: readonly Mutant[]): Promise<number> {
  const baseline = await runTests(
    copy,
    mutants.flatMap(({ tests }) => tests),
  );
  if (baseline.broken !== null || baseline.failed.length > 0) {
    console.error(`The tests fail without any fault: ${baseline.broken ?? baseline.failed.join("; ")}`);
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
  const restore = insertFault(copy, mutant);
  const run = await runTests(copy, mutant.tests);
  restore();
  const outcome = run.failed.length > 0 ? "killed" : run.broken === null ? "survived" : "broken";
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  const detail = { killed: run.failed[0], survived: `${run.passed} tests passed`, broken: run.broken }[
    outcome
  ];
  console.log(`${outcome.padEnd(8)} ${mutant.name} (${seconds} s): ${detail}`);
  return outcome;
}

async function runTests(copy: string, tests: readonly MutantTest[]): Promise<TestRun> {
  const report = join(copy, "mutant-report.json");
  rmSync(report, { force: true });
  const names = [...new Set(tests.map(({ name }) => escapeRegExp(name)))];
  const files = [...new Set(tests.map(({ file }) => file))];
  // Unit tests need no database.
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

/** Reads vitest's report. A file that failed without a failed test did not load, which does not count as catching the fault. */
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

/** The current test run, which is killed when this process exits. */
let running: ChildProcess | undefined;
process.once("exit", () => running?.kill("SIGKILL"));

/** Runs vitest in the copy and returns its output. */
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
