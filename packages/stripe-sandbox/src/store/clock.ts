import type { Queryable } from "./database";
import { readSetting, writeSetting } from "./settings";

/** The sandbox's own time: real time plus an offset that survives a restart. */
export interface Clock {
  /** Unix seconds. */
  now(): number;
  /** Unix milliseconds. */
  nowMs(): number;
  /** Moves the clock forward, never back: Stripe's `created` values only grow. */
  advance(seconds: number): Promise<void>;
  /** Returns to real time; only after a reset. */
  reset(): Promise<void>;
}

const SETTING = "clock_offset_seconds";

export async function openClock(db: Queryable): Promise<Clock> {
  let offsetSeconds = Number((await readSetting(db, SETTING)) ?? "0");
  const nowMs = () => Date.now() + offsetSeconds * 1000;
  return {
    nowMs,
    now: () => Math.floor(nowMs() / 1000),
    async advance(seconds) {
      const next = offsetSeconds + seconds;
      await writeSetting(db, SETTING, String(next));
      offsetSeconds = next;
    },
    async reset() {
      await writeSetting(db, SETTING, "0");
      offsetSeconds = 0;
    },
  };
}
