import type { Test } from "@vitest/runner";
import { TestRunner } from "vitest";
import { activityMs } from "./activity";

/** How long a test may do nothing, in milliseconds. Far above any wait that a test has on purpose. */
const STALL_MS = 60_000;

/** Below this share of a processor nothing happens but the polling of servers in the background. */
const IDLE_SHARE = 0.03;

/**
 * Runs each test without a time limit and fails one that has stalled: its process, and those it started, have been idle for a
 * minute. A slow machine makes a test slower, but never idle.
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
      // A child that ended takes its time out of the sum: that is no sign of idleness.
      const isIdle = now >= before && now - before < STALL_MS * IDLE_SHARE;
      before = now;
      if (isIdle) reject(new Error(`The test has stalled: nothing happened for ${STALL_MS / 1_000} s.`));
    }, STALL_MS);
  });
  return { stalled, stop: () => clearInterval(timer) };
}
