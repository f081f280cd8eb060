import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingChromium } from "./chromium";
import { depth } from "./depth";
import { missingPrerequisite } from "./prerequisites";
import { countPlaywright, countVitest, type TestCounts } from "./test-reports";

/** A step that prints nothing for this long has stalled: each prints a line for every test file. */
const stallMinutes = () => (depth() === "deep" ? 65 : 20);

const SLOWEST_SHOWN = 10;

/** One step of `npm test`: a script of package.json. */
interface Step {
  readonly name: string;
  readonly script: string;
  /** Whether other steps depend on it. It is counted only if it fails. */
  readonly isPreparation?: boolean;
  /** Additional arguments of the script. */
  readonly args?: () => string[];
  /** Returns a missing prerequisite, in one line. Called before the first step. */
  readonly missing?: () => string | undefined;
  /** How to write and read its report. A step without a report counts as one test. */
  readonly report?: {
    readonly args: (file: string) => string[];
    readonly env?: (file: string) => Record<string, string>;
    readonly count: (report: unknown) => TestCounts;
  };
}

interface Result {
  readonly name: string;
  readonly counts: TestCounts;
  readonly seconds: number;
}

const vitestJson = {
  args: (file: string) => [
    "--reporter=default",
    "--reporter=./tests/support/watch-reporter.ts",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ],
  count: countVitest,
};

const playwrightJson = {
  args: () => ["--reporter=list,json"],
  env: (file: string) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: file }),
  count: countPlaywright,
};

/** The steps of a stage run in parallel, because each alone uses only one of two cores. */
const STAGES: Step[][] = [
  [{ name: "generate", script: "generate", isPreparation: true }],
  [
    { name: "lint", script: "lint" },
    { name: "types", script: "types" },
    { name: "unit", script: "test:unit", report: vitestJson },
  ],
  [{ name: "integration", script: "test:integration", report: vitestJson }],
  [{ name: "e2e", script: "test:e2e", report: playwrightJson, missing: missingChromium }],
  // Checks only that the benchmarks run. A time never fails a test.
  [
    {
      name: "bench",
      script: "bench:quick",
      args: () => (depth() === "deep" ? [] : ["--only", "charge", "--only", "batch", "--only", "threshold"]),
    },
  ],
];

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const reportsDir = mkdtempSync(join(tmpdir(), "brim-test-reports-"));
process.once("exit", () => rmSync(reportsDir, { recursive: true, force: true }));

/** Functions that stop the running steps. */
const running = new Set<(signal: NodeJS.Signals) => void>();
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isStopped = true;
    for (const end of running) end(signal);
  });
}

process.exitCode = await runAll();

/** Runs every step even after a failure, so that one run shows all problems. */
async function runAll(): Promise<number> {
  const startedAt = performance.now();
  const missing = missingPrerequisite(projectRoot);
  if (missing) return summarize([{ name: "npm test", counts: failure(missing), seconds: 0 }], startedAt);

  const missingByStep = new Map(STAGES.flat().map((step) => [step, step.missing?.()]));
  for (const line of missingByStep.values()) if (line) console.log(line);

  const results: Result[] = [];
  for (const stage of STAGES) {
    if (isStopped) break;
    const runnable = stage.filter((step) => !missingByStep.get(step));
    const finished = await Promise.all(runnable.map((step) => runStep(step, runnable.length > 1)));
    const skipped = stage.flatMap((step) => missingResult(step, missingByStep.get(step)));
    results.push(...finished, ...skipped);
  }
  if (isStopped) results.push({ name: "npm test", counts: failure("interrupted"), seconds: 0 });
  return summarize(results, startedAt);
}

/** @param isParallel whether to print the output at the end, so that it does not mix with other steps */
async function runStep(step: Step, isParallel: boolean): Promise<Result> {
  const startedAt = performance.now();
  if (!isParallel) console.log(`\n━━ ${step.name}`);

  const reportFile = join(reportsDir, `${step.name}.json`);
  const stepArgs = [...(step.args?.() ?? []), ...(step.report?.args(reportFile) ?? [])];
  const args = ["run", "--silent", step.script, "--", ...stepArgs];
  const env = step.report?.env?.(reportFile) ?? {};
  const { exit, output } = await run("npm", args, { env, isBuffered: isParallel });
  const counts = countStep(step, reportFile, exit);
  const seconds = secondsSince(startedAt);

  if (isParallel) console.log(`\n━━ ${step.name}\n${output.trimEnd()}`);
  console.log(`━━ ${step.name} ${counts.failed.length > 0 ? "failed" : "passed"} in ${seconds.toFixed(1)} s`);
  return { name: step.name, counts, seconds };
}

function missingResult({ name }: Step, reason: string | undefined): Result[] {
  return reason ? [{ name, counts: failure(reason), seconds: 0 }] : [];
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}

/** Runs a program. Prints its output or, if `isBuffered`, returns it. `exit` is the exit code, signal or error. */
function run(
  program: string,
  args: string[],
  options: { env: Record<string, string>; isBuffered: boolean },
): Promise<{ exit: string; output: string }> {
  return new Promise((resolve) => {
    // Its own process group, so that a stalled step can be stopped with all its children.
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const endGroup = (signal: NodeJS.Signals) => signalGroup(child.pid, signal);
    running.add(endGroup);
    let output = "";
    let stallTimer: NodeJS.Timeout | undefined;
    const resetStallTimer = () => {
      clearTimeout(stallTimer);
      stallTimer = setTimeout(() => {
        console.error(`No output for ${stallMinutes()} minutes: stopped.`);
        endGroup("SIGTERM");
        setTimeout(() => endGroup("SIGKILL"), 10_000).unref();
      }, stallMinutes() * 60_000);
    };
    resetStallTimer();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        resetStallTimer();
        if (options.isBuffered) output += text;
        else process.stdout.write(text);
      });
    }
    const end = (exit: string) => {
      clearTimeout(stallTimer);
      running.delete(endGroup);
      resolve({ exit, output });
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(String(code ?? signal)));
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal);
  } catch {
    // It has already exited.
  }
}

/** Counts the tests of a step. A report without failures counts only if the runner exited with 0. */
function countStep({ report, isPreparation }: Step, reportFile: string, exit: string): TestCounts {
  const isSuccess = exit === "0";
  if (!report) return isSuccess ? { ...failure(), passed: isPreparation ? 0 : 1 } : failure("see above");
  if (!existsSync(reportFile)) return failure(`exited (${exit}) without a report`);

  const counts = report.count(JSON.parse(readFileSync(reportFile, "utf8")));
  if (counts.failed.length > 0) return counts;
  if (!isSuccess) return { ...counts, failed: [`exited (${exit}) although no test failed; see above`] };
  if (counts.passed === 0) return { ...counts, failed: ["no test ran"] };
  return counts;
}

function failure(...reasons: string[]): TestCounts {
  return { passed: 0, failed: reasons, skipped: [], timed: [] };
}

/** Prints the slowest, skipped and failed tests, and the time of each step. The last line is the count. */
function summarize(results: Result[], startedAt: number): number {
  const skipped = results.flatMap(({ name, counts }) => counts.skipped.map((test) => `${name}: ${test}`));
  const failed = results.flatMap(({ name, counts }) => counts.failed.map((test) => `${name}: ${test}`));
  const passed = results.reduce((sum, { counts }) => sum + counts.passed, 0);

  const slowest = results.flatMap(({ counts }) => counts.timed).sort((a, b) => b.ms - a.ms);

  console.log("");
  for (const { name, ms } of slowest.slice(0, SLOWEST_SHOWN)) {
    console.log(`slow     ${(ms / 1_000).toFixed(1).padStart(6)} s  ${name}`);
  }
  for (const line of skipped) console.log(`skipped  ${line}`);
  for (const line of failed) console.log(`failed   ${line}`);
  const times = results.map(({ name, seconds }) => `${name} ${Math.round(seconds)} s`).join(", ");
  console.log(`time     ${times}; all ${Math.round(secondsSince(startedAt))} s`);
  const skippedCount = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`${passed} passed, ${failed.length} failed${skippedCount}`);
  return failed.length > 0 ? 1 : 0;
}
