import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, randomBytes } from "node:crypto";
import type { Queryable } from "./database";
import { readSetting, writeSetting } from "./settings";

/** Source of randomness for ids, secrets and faults. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** At least 0, less than 1. */
  fraction(): number;
  /** Restarts the sequence; no effect on the system's source. */
  restart(): void;
}

const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  restart: () => undefined,
};

/** Returns a source with the same sequence for the same seed and start. */
function seededRandom(seed: string, start: number): Random {
  let position = { start, block: 0 };
  let pool: number[] = [];
  const bytes = (count: number): Uint8Array => {
    while (pool.length < count) {
      const text = `${seed}\n${position.start}\n${position.block}`;
      pool.push(...createHash("sha256").update(text).digest());
      position.block += 1;
    }
    return Uint8Array.from(pool.splice(0, count));
  };
  return {
    bytes,
    fraction: () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32,
    restart() {
      position = { start: 1, block: 0 };
      pool = [];
    },
  };
}

const STARTS = "starts";

/**
 * Opens the random source of a sandbox. With a seed, each start has a sequence of its own, because the ids of
 * earlier starts are taken.
 */
export async function openRandom(db: Queryable, seed: string | undefined): Promise<Random> {
  const start = Number((await readSetting(db, STARTS)) ?? "0") + 1;
  await writeSetting(db, STARTS, String(start));
  return seed === undefined ? systemRandom : seededRandom(seed, start);
}

/** Restarts the sequence of the first start; only after a reset. */
export async function restartRandom(db: Queryable, random: Random): Promise<void> {
  await writeSetting(db, STARTS, "1");
  random.restart();
}

const current = new AsyncLocalStorage<Random>();

/** Runs the work with this source as the current one. */
export function withRandom<T>(random: Random, work: () => T): T {
  // The system's source is the default. An AsyncLocalStorage that was never used costs nothing.
  return random === systemRandom ? work() : current.run(random, work);
}

/** Returns the source of the running work; the system's by default. */
export function currentRandom(): Random {
  return current.getStore() ?? systemRandom;
}
