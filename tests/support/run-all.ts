import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingChromium } from "./chromium";
import { missingPrerequisite } from "./prerequisites";
import { countPlaywright, countVitest, type TestCounts } from "./test-reports";

/** One part of `npm test`: a script of package.json. */
interface Step {
  readonly name: string;
  readonly script: string;
  /** Work that the others need; it counts only when it fails. */
  readonly isPreparation?: boolean;
  /** What is missing for it, in one line. Asked before anything runs. */
  readonly missing?: () => string | undefined;
  /** How to make it write a report, and how to read that. A step without counts as one test. */
  readonly report?: {
    readonly args: (file: string) => string[];
    readonly env?: (file: string) => Record<string, string>;
    readonly count: (report: unknown) => TestCounts;
  };
}

const vitestJson = {
  args: (file: string) => ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
  count: countVitest,
};

const playwrightJson = {
  args: () => ["--reporter=list,json"],
  env: (file: string) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: file }),
  count: countPlaywright,
};

const STEPS: Step[] = [
  { name: "generate", script: "generate", isPreparation: true },
  { name: "lint", script: "lint" },
  { name: "types", script: "types" },
  { name: "unit", script: "test:unit", report: vitestJson },
  { name: "integration", script: "test:integration", report: vitestJson },
  { name: "e2e", script: "test:e2e", report: playwrightJson, missing: missingChromium },
  // Only that it still runs: a time is never a reason to fail here.
  { name: "bench", script: "bench:quick" },
];

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const reportsDir = mkdtempSync(join(tmpdir(), "brim-test-reports-"));
process.once("exit", () => rmSync(reportsDir, { recursive: true, force: true }));

process.exitCode = await runAll();

/** Runs every step, also after a failure, so that one run shows all that is wrong. */
async function runAll(): Promise<number> {
  const obstacle = missingPrerequisite(projectRoot);
  if (obstacle) return summarise([{ name: "npm test", counts: failure(obstacle) }]);

  const obstacles = new Map(STEPS.map((step) => [step, step.missing?.()]));
  for (const line of obstacles.values()) if (line) console.log(line);

  const results = [];
  for (const step of STEPS) {
    const missing = obstacles.get(step);
    results.push({ name: step.name, counts: missing ? failure(missing) : await runStep(step) });
  }
  return summarise(results);
}

async function runStep(step: Step): Promise<TestCounts> {
  const startedAt = performance.now();
  console.log(`\n━━ ${step.name}`);

  const reportFile = join(reportsDir, `${step.name}.json`);
  const args = ["run", "--silent", step.script, "--", ...(step.report?.args(reportFile) ?? [])];
  const exit = await run("npm", args, step.report?.env?.(reportFile));
  const counts = countStep(step, reportFile, exit);

  const verdict = counts.failed.length > 0 ? "failed" : "passed";
  console.log(`━━ ${step.name} ${verdict} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return counts;
}

/** Runs a program with its output on our own; resolves with how it ended, `0` when well. */
function run(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(String(code ?? signal)));
  });
}

/** Trusts a report only as far as it agrees with how its runner ended. */
function countStep({ report, isPreparation }: Step, reportFile: string, exit: string): TestCounts {
  const isWell = exit === "0";
  if (!report)
    return isWell ? { passed: isPreparation ? 0 : 1, failed: [], skipped: [] } : failure("see above");
  if (!existsSync(reportFile)) return failure(`ended (${exit}) without a report`);

  const counts = report.count(JSON.parse(readFileSync(reportFile, "utf8")));
  if (counts.failed.length > 0) return counts;
  if (!isWell) return { ...counts, failed: [`ended (${exit}) though no test failed; see above`] };
  if (counts.passed === 0) return { ...counts, failed: ["no test ran"] };
  return counts;
}

function failure(reason: string): TestCounts {
  return { passed: 0, failed: [reason], skipped: [] };
}

/** Names what was skipped and what failed; the very last line is the count. */
function summarise(results: { name: string; counts: TestCounts }[]): number {
  const skipped = results.flatMap(({ name, counts }) => counts.skipped.map((test) => `${name}: ${test}`));
  const failed = results.flatMap(({ name, counts }) => counts.failed.map((test) => `${name}: ${test}`));
  const passed = results.reduce((sum, { counts }) => sum + counts.passed, 0);

  console.log("");
  for (const line of skipped) console.log(`skipped  ${line}`);
  for (const line of failed) console.log(`failed   ${line}`);
  const skippedCount = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`${passed} passed, ${failed.length} failed${skippedCount}`);
  return failed.length > 0 ? 1 : 0;
}
