import type { ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildForProduction, isBuildCurrent } from "@/lib/commands/build/production-build";
import { freePort, residentMb, startProcess, stopProcess, untilReady } from "./processes";

const ROOT = join(import.meta.dirname, "../../..");

/** A server of the production build in its own process. */
export interface ServerProcess {
  url: string;
  residentMb(): number;
  stop(): Promise<void>;
}

/** Builds for production unless the build is up to date. */
export async function provideBuild(): Promise<void> {
  if (isBuildCurrent(ROOT)) return;
  console.log("building for production …");
  await buildForProduction(ROOT, { isQuiet: true });
}

/** Starts Brim like `npm start`: the Node listener, Next and the worker in one process. */
export function startBrim(databaseUrl: string): Promise<ServerProcess> {
  return startServer("brim", ["dist/server.js"], { DATABASE_URL: databaseUrl });
}

/** Starts the same build with Next only. */
export function startNextOnly(databaseUrl: string): Promise<ServerProcess> {
  const script = join(import.meta.dirname, "next-only.ts");
  return startServer("next", ["--import", "tsx", script], { DATABASE_URL: databaseUrl });
}

/** Starts the Node listener's request pipeline with empty handlers. */
export function startPipelineOnly(databaseUrl: string): Promise<ServerProcess> {
  const script = join(import.meta.dirname, "pipeline-only.ts");
  return startServer("pipeline", ["--import", "tsx", script], { DATABASE_URL: databaseUrl });
}

async function startServer(
  name: string,
  args: readonly string[],
  settings: Record<string, string>,
): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(tmpdir(), `brim-bench-${name}-${process.pid}.log`);
  process.once("exit", () => rmSync(logFile, { force: true }));
  const child = startProcess(args, { ...DEFAULTS, ...settings, APP_URL: url, PORT: String(port) }, logFile);
  await untilReady(child, name);
  return { url, residentMb: () => residentMb(pidOf(child)), stop: () => stopProcess(child) };
}

/** Default settings, plus required ones: a log line per request, twenty database connections. */
const DEFAULTS = {
  HOST: "127.0.0.1",
  STRIPE_SECRET_KEY: "sk_test_bench",
  STRIPE_WEBHOOK_SECRET: "whsec_bench",
  NEXTAUTH_SECRET: "a secret of at least thirty-two characters",
  LOG_LEVEL: "info",
  DATABASE_POOL_MAX: "20",
  RATE_LIMIT_USAGE: "10000000", // counted but never reached
};

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error("The process did not start.");
  return child.pid;
}
