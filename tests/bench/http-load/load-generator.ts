import { once } from "node:events";
import { join } from "node:path";
import { startProcess, stopProcess } from "./processes";

/** The requests to send: with an API key, charges of random customers; without, the empty handler. */
export interface LoadOrder {
  url: string;
  connections: number;
  ms: number;
  apiKey: string | null;
  customerIds: readonly string[];
}

export type LoadResult = { perSecond: number } | { error: string };

/** Sends requests from its own process, so that it does not share an event loop with the server. */
export interface LoadGenerator {
  /**
   * @returns responses per second
   * @throws Error a response is not 200
   */
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
