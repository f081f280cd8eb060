import { once } from "node:events";
import { join } from "node:path";
import { startProcess, stopProcess } from "@/tests/bench/http-load/processes";

/** A server in its own process, and the API key that it expects. */
export interface Endpoint {
  port: number;
  secretKey: string;
  stop(): Promise<void>;
}

/** The sandbox as `npm run sandbox` runs it. */
export function startSandboxProcess(databaseUrl: string): Promise<Endpoint> {
  return start(["--import", "tsx", join(import.meta.dirname, "../../src/cli.ts")], {
    SANDBOX_DATABASE_URL: databaseUrl,
    SANDBOX_PORT: "0",
  });
}

export function startBareEndpoint(databaseUrl: string): Promise<Endpoint> {
  return start(["--import", "tsx", join(import.meta.dirname, "bare-endpoint.ts")], {
    DATABASE_URL: databaseUrl,
  });
}

async function start(args: readonly string[], env: Record<string, string>): Promise<Endpoint> {
  const child = startProcess(args, env);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${args.at(-1)} ended with ${code} before it was ready.`);
  });
  const [ready] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => undefined);
  const { port, secretKey = "" } = ready as { port: number; secretKey?: string };
  return { port, secretKey, stop: () => stopProcess(child) };
}
