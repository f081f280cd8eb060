import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingChromium } from "./chromium";
import { depth } from "./depth";
import { missingPrerequisite } from "./prerequisites";
import { countPlaywright, countVitest, type TestCounts } from "./test-reports";

/** A step that prints nothing for so many minutes hangs: each says something whenever a test file ends. */
const silenceMinutes = () => (depth() === "deep" ? 65 : 20);

const SLOWEST_SHOWN = 10;

/** One part of `npm test`: a script of package.json. */
interface Step {
  readonly name: string;
  readonly script: string;
  /** Work that the others need; it counts only when it fails. */
  readonly isPreparation?: boolean;
  /** More words for the script. */
  readonly args?: () => string[];
  /** What is missing for it, in one line. Asked before anything runs. */
  readonly missing?: () => string | undefined;
  /** How to make it write a report, and how to read that. A step without counts as one test. */
  readonly report?: {
    readonly args: (file: string) => string[];
    readonly env?: (file: string) => Record<string, string>;
    readonly count: (report: unknown) => TestCounts;
  };
}

/** What became of one step. */
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

/** Steps of one stage run side by side: each of them alone would leave one of two cores without work. */
const STAGES: Step[][] = [
  [{ name: "generate", script: "generate", isPreparation: true }],
  [
    { name: "lint", script: "lint" },
    { name: "types", script: "types" },
    { name: "unit", script: "test:unit", report: vitestJson },
  ],
  [{ name: "integration", script: "test:integration", report: vitestJson }],
  [{ name: "e2e", script: "test:e2e", report: playwrightJson, missing: missingChromium }],
  // Only that it still runs: a time is never a reason to fail here.
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

/** How to end each step that is running. */
const running = new Set<(signal: NodeJS.Signals) => void>();
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    isStopped = true;
    for (const end of running) end(signal);
  });
}

process.exitCode = await runAll();

/** Runs every step, also after a failure, so that one run shows all that is wrong. */
async function runAll(): Promise<number> {
  const startedAt = performance.now();
  const obstacle = missingPrerequisite(projectRoot);
  if (obstacle) return summarise([{ name: "npm test", counts: failure(obstacle), seconds: 0 }], startedAt);

  const obstacles = new Map(STAGES.flat().map((step) => [step, step.missing?.()]));
  for (const line of obstacles.values()) if (line) console.log(line);

  const results: Result[] = [];
  for (const stage of STAGES) {
    if (isStopped) break;
    const runnable = stage.filter((step) => !obstacles.get(step));
    const ran = await Promise.all(runnable.map((step) => runStep(step, runnable.length > 1)));
    const missing = stage.flatMap((step) => missed(step, obstacles.get(step)));
    results.push(...ran, ...missing);
  }
  if (isStopped) results.push({ name: "npm test", counts: failure("stopped before its end"), seconds: 0 });
  return summarise(results, startedAt);
}

/** @param isBesideOthers its output is shown when it ends, or the lines of two steps would mix */
async function runStep(step: Step, isBesideOthers: boolean): Promise<Result> {
  const startedAt = performance.now();
  if (!isBesideOthers) console.log(`\n━━ ${step.name}`);

  const reportFile = join(reportsDir, `${step.name}.json`);
  const words = [...(step.args?.() ?? []), ...(step.report?.args(reportFile) ?? [])];
  const args = ["run", "--silent", step.script, "--", ...words];
  const env = step.report?.env?.(reportFile) ?? {};
  const { exit, output } = await run("npm", args, { env, isHeldBack: isBesideOthers });
  const counts = countStep(step, reportFile, exit);
  const seconds = secondsSince(startedAt);

  if (isBesideOthers) console.log(`\n━━ ${step.name}\n${output.trimEnd()}`);
  console.log(`━━ ${step.name} ${counts.failed.length > 0 ? "failed" : "passed"} in ${seconds.toFixed(1)} s`);
  return { name: step.name, counts, seconds };
}

function missed({ name }: Step, reason: string | undefined): Result[] {
  return reason ? [{ name, counts: failure(reason), seconds: 0 }] : [];
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}

/** Runs a program with its output on our own, or held back; resolves with how it ended, `0` when well. */
function run(
  program: string,
  args: string[],
  options: { env: Record<string, string>; isHeldBack: boolean },
): Promise<{ exit: string; output: string }> {
  return new Promise((resolve) => {
    // A process group of its own, so that a step that hangs is ended with all that it started.
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const endGroup = (signal: NodeJS.Signals) => signalGroup(child.pid, signal);
    running.add(endGroup);
    let output = "";
    let silence: NodeJS.Timeout | undefined;
    const listenOn = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        console.error(`Nothing was printed for ${silenceMinutes()} minutes: ended.`);
        endGroup("SIGTERM");
        setTimeout(() => endGroup("SIGKILL"), 10_000).unref();
      }, silenceMinutes() * 60_000);
    };
    listenOn();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        listenOn();
        if (options.isHeldBack) output += text;
        else process.stdout.write(text);
      });
    }
    const end = (exit: string) => {
      clearTimeout(silence);
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
    // It has ended already.
  }
}

/** Trusts a report only as far as it agrees with how its runner ended. */
function countStep({ report, isPreparation }: Step, reportFile: string, exit: string): TestCounts {
  const isWell = exit === "0";
  if (!report) return isWell ? { ...failure(), passed: isPreparation ? 0 : 1 } : failure("see above");
  if (!existsSync(reportFile)) return failure(`ended (${exit}) without a report`);

  const counts = report.count(JSON.parse(readFileSync(reportFile, "utf8")));
  if (counts.failed.length > 0) return counts;
  if (!isWell) return { ...counts, failed: [`ended (${exit}) though no test failed; see above`] };
  if (counts.passed === 0) return { ...counts, failed: ["no test ran"] };
  return counts;
}

function failure(...reasons: string[]): TestCounts {
  return { passed: 0, failed: reasons, skipped: [], timed: [] };
}

/** Names the slowest tests, what was skipped and what failed, and what each step took; the very last line is the count. */
function summarise(results: Result[], startedAt: number): number {
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
