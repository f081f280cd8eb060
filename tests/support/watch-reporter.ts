import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Longer than the longest test at this depth on a slow machine. */
const SILENCE_MS = process.env.TEST_DEPTH === "deep" ? 3_600_000 : 900_000;

/**
 * Stops a run in which no test has started or finished for a long time, and lists the running tests. A worker with a blocked
 * event loop cannot fail its own test.
 */
export default class WatchReporter implements Reporter {
  readonly #running = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#restart();
  }

  onTestModuleStart(module: TestModule): void {
    this.#running.add(module.relativeModuleId);
    this.#restart();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#running.delete(module.relativeModuleId);
    this.#restart();
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.add(nameOf(test));
    this.#restart();
  }

  onTestCaseResult(test: TestCase): void {
    this.#running.delete(nameOf(test));
    this.#restart();
  }

  onTestRunEnd(): void {
    clearTimeout(this.#timer);
  }

  #restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      console.error(`No test has finished for ${SILENCE_MS / 60_000} minutes. Still running:`);
      for (const name of this.#running) console.error(`  ${name}`);
      process.exit(1);
    }, SILENCE_MS);
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
