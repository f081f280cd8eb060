import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, randomBytes } from "node:crypto";
import type { Queryable } from "./database";
import { readSetting, writeSetting } from "./settings";

/** Where ids, secrets and the luck of faults come from. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** At least 0, less than 1. */
  fraction(): number;
  /** Back to the first number of the first start; the system's own source has none. */
  restart(): void;
}

const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  restart: () => undefined,
};

/** The same numbers for the same seed and start, in the order in which they are drawn. */
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
 * The source of a sandbox. Each start of a seeded one continues with numbers of its own, because the ids of the
 * earlier starts are taken.
 */
export async function openRandom(db: Queryable, seed: string | undefined): Promise<Random> {
  const start = Number((await readSetting(db, STARTS)) ?? "0") + 1;
  await writeSetting(db, STARTS, String(start));
  return seed === undefined ? systemRandom : seededRandom(seed, start);
}

/** Begins again as at the very first start; only for a sandbox that has been emptied. */
export async function restartRandom(db: Queryable, random: Random): Promise<void> {
  await writeSetting(db, STARTS, "1");
  random.restart();
}

const current = new AsyncLocalStorage<Random>();

/** Runs the work with this source behind every id that it makes, however deep. */
export function withRandom<T>(random: Random, work: () => T): T {
  return current.run(random, work);
}

/** The source of the work that is going on; the system's own outside any. */
export function currentRandom(): Random {
  return current.getStore() ?? systemRandom;
}
