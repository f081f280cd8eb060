import { once } from "node:events";
import { join } from "node:path";
import { startProcess, stopProcess } from "./processes";

/** What is to be sent. With a key: charges of these customers, in no order; without: the empty handler. */
export interface LoadOrder {
  url: string;
  connections: number;
  ms: number;
  apiKey: string | null;
  customerIds: readonly string[];
}

export type LoadResult = { perSecond: number } | { error: string };

/** Sends requests from a process of its own, so that it does not take turns with what it measures. */
export interface LoadGenerator {
  /** @returns answers a second @throws when an answer is not 200 */
  run(order: LoadOrder): Promise<number>;
  stop(): Promise<void>;
}

export async function startLoadGenerator(): Promise<LoadGenerator> {
  const child = startProcess(["--import", "tsx", join(import.meta.dirname, "client.ts")], {});
  return {
    async run(order) {
      child.send(order);
      const [result] = (await once(child, "message")) as [LoadResult];
      if ("error" in result) throw new Error(result.error);
      return result.perSecond;
    },
    stop: () => stopProcess(child),
  };
}
