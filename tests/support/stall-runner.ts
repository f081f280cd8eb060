import type { Test } from "@vitest/runner";
import { TestRunner } from "vitest";
import { activityMs } from "./activity";

/** How long a test may be idle. Far above any intended wait. */
const STALL_MS = 60_000;

/** Share of a CPU below which only background polling happens. */
const IDLE_SHARE = 0.03;

/**
 * Runs tests without a time limit. A test fails as stalled if its process and its children have been idle for a minute. A slow
 * machine makes a test slower but never idle.
 */
export default class StallRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    const body = TestRunner.getTestFn(test);
    const watch = watchForStall();
    try {
      await Promise.race([body(), watch.stalled]);
    } finally {
      watch.stop();
    }
  }
}

function watchForStall(): { stalled: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    let before = activityMs();
    timer = setInterval(() => {
      const now = activityMs();
      // If a child exits, its time leaves the sum. That is not idleness.
      const isIdle = now >= before && now - before < STALL_MS * IDLE_SHARE;
      before = now;
      if (isIdle)
        reject(new Error(`The test has stalled: its processes were idle for ${STALL_MS / 1_000} s.`));
    }, STALL_MS);
  });
  return { stalled, stop: () => clearInterval(timer) };
}
