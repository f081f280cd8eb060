import { performance } from "node:perf_hooks";
import { median, type Spread, spreadOf } from "./spread";

/** One of the things that are compared. */
export interface Contender {
  name: string;
  /** Works for about so long and tells how many a second were done. */
  run(ms: number): Promise<number>;
}

/** What was measured of all contenders, round by round. */
export interface Comparison {
  /** How many a second. */
  rateOf(name: string): Spread;
  /** One contender's rate by the other's. Divided round by round: what slows the machine for a while slows both. */
  ratio(name: string, floor: string): Spread;
}

/**
 * Lets contenders take turns, so that no one has the quiet minutes for itself. Every second round runs backwards:
 * a machine that grows slower all the time favours nobody.
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
    if (!found) throw new Error(`Nothing is called "${name}" here.`);
    return found;
  };
  return {
    rateOf: (name) => spreadOf(ratesOf(name)),
    ratio: (name, floor) =>
      spreadOf(ratesOf(name).map((rate, round) => rate / (ratesOf(floor)[round] as number))),
  };
}

/** Repeats `work` in so many loops at once until the time is over. `work` tells how many things it did. */
export async function throughput(clients: number, ms: number, work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const until = startedAt + ms;
  let done = 0;
  const loop = async () => {
    while (performance.now() < until) {
      const count = await work(); // not `done += await …`: that would add to what `done` was before the wait
      done += count;
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return (done * 1_000) / (performance.now() - startedAt);
}

/** The middle of the milliseconds that a single `work` takes, one after another. */
export async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let count = 0; count < times; count++) {
    const startedAt = performance.now();
    await work();
    took.push(performance.now() - startedAt);
  }
  return median(took);
}
