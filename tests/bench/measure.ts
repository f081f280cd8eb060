import { performance } from "node:perf_hooks";
import { median, type Spread, spreadOf } from "./spread";

/** One of the compared alternatives. */
export interface Contender {
  name: string;
  /** Runs for about this long and returns the operations per second. */
  run(ms: number): Promise<number>;
}

/** Results of all contenders by round. */
export interface Comparison {
  /** Operations per second. */
  rateOf(name: string): Spread;
  /** Ratio of two rates, computed per round, so that temporary slowdowns affect both. */
  ratio(name: string, floor: string): Spread;
}

/**
 * Runs the contenders alternately, so that temporary load affects all of them. Every second round runs in reverse order, so
 * that a steady slowdown favors none.
 */
export async function compare(
  contenders: readonly Contender[],
  options: { sliceMs: number; warmUpMs: number; rounds: number },
): Promise<Comparison> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await contender.run(options.warmUpMs);
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      rates.get(contender.name)?.push(await contender.run(options.sliceMs));
    }
  }
  const ratesOf = (name: string) => {
    const found = rates.get(name);
    if (!found) throw new Error(`There is no contender "${name}".`);
    return found;
  };
  return {
    rateOf: (name) => spreadOf(ratesOf(name)),
    ratio: (name, floor) =>
      spreadOf(ratesOf(name).map((rate, round) => rate / (ratesOf(floor)[round] as number))),
  };
}

/** Repeats `work` in concurrent loops until the time is up. `work` returns the number of operations it did. */
export async function throughput(clients: number, ms: number, work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + ms;
  let done = 0;
  const loop = async () => {
    while (performance.now() < until) {
      const count = await work(); // not `done += await …`, which reads `done` before the wait
      done += count;
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return (done * 1_000) / (performance.now() - startedAt);
}

/** Returns the median time of a single `work` in milliseconds, measured sequentially. */
export async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let count = 0; count < times; count++) {
    const startedAt = performance.now();
    await work();
    took.push(performance.now() - startedAt);
  }
  return median(took);
}
