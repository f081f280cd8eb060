import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetProcess, rememberProcess } from "./leftovers";
import { DemoError, type DemoSettings } from "./settings";

/** How one of our commands is run. */
export interface CommandOptions {
  /** For people, and the name of its log file. */
  title: string;
  /** Its source; a command of Brim has the same name in `dist/`, and the sandbox is always run from its source. */
  source: `lib/commands/${string}.ts` | "prisma/seed.ts" | "packages/stripe-sandbox/src/cli.ts";
  args?: string[];
  environment: Record<string, string>;
  /** Output to the terminal instead of a log file. */
  isVerbose?: boolean;
}

/** A program of the demo that runs beside it. */
export interface Part {
  /** Rejects with DemoError when it ends before it is ready. */
  ready: Promise<void>;
  /** Resolves with a reason for people when it ends, after it was ready, without being asked to. */
  died: Promise<string>;
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 15_000;

/** Starts a command that stays: `ready` resolves when it sends `{ type: "ready" }`. */
export function startPart(settings: DemoSettings, options: CommandOptions): Part {
  const child = spawnCommand(settings, options);
  let isStopping = false;
  const ended = untilEnd(child);
  const isReady = new Promise<true>((resolve) => {
    child.on("message", (message: { type?: string }) => {
      if (message.type === "ready") resolve(true);
    });
  });
  const ready = Promise.race([isReady, ended]).then((first) => {
    if (first === true) return;
    throw new DemoError(`The ${options.title} did not start (${first}). ${lastWords(settings, options)}`);
  });
  return {
    ready,
    died: ready.then(async () => {
      const how = await ended;
      if (isStopping) return new Promise<string>(() => {});
      return `The ${options.title} ended by itself (${how}). ${lastWords(settings, options)}`;
    }),
    async stop() {
      isStopping = true;
      child.kill("SIGTERM");
      const inTime = await Promise.race([
        ended.then(() => true),
        sleep(STOP_TIMEOUT_MS, false, { ref: false }),
      ]);
      if (!inTime) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs a command that sends one message, its answer, and ends. */
export async function runCommand(
  settings: DemoSettings,
  options: CommandOptions,
  input: object,
): Promise<unknown> {
  const child = spawnCommand(settings, options);
  let answer: unknown;
  child.on("message", (message) => {
    answer = message;
  });
  child.send(input);
  const how = await untilEnd(child);
  if (answer !== undefined) return answer;
  throw new DemoError(`The ${options.title} failed (${how}). ${lastWords(settings, options)}`);
}

/**
 * The command's process: Brim's from `dist/` in the demo and from the sources in development. It has its own process
 * group: Ctrl-C reaches the whole group of the terminal, and we stop the parts in their order. When we are
 * killed, it notices that the IPC channel is gone.
 */
function spawnCommand(settings: DemoSettings, options: CommandOptions): ChildProcess {
  const { root, isDev, dataDir } = settings;
  const program =
    isDev || options.source.startsWith("packages/")
      ? ["--import", "tsx", options.source]
      : ["--enable-source-maps", `dist/${basename(options.source, ".ts")}.js`];
  const log = options.isVerbose ? "inherit" : openSync(logFile(settings, options), "w", 0o600);
  try {
    const child = spawn(process.execPath, [...program, ...(options.args ?? [])], {
      cwd: root,
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", log, log, "ipc"],
    });
    child.on("error", () => {}); // reported by untilEnd, and by a message that cannot be sent
    rememberProcess(dataDir, child.pid ?? 0);
    child.once("exit", () => forgetProcess(dataDir, child.pid ?? 0));
    return child;
  } finally {
    if (typeof log === "number") closeSync(log);
  }
}

function untilEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

function logFile({ dataDir }: DemoSettings, { title }: CommandOptions): string {
  return join(dataDir, `${title.replaceAll(" ", "-")}.log`);
}

/** The end of its log, which in most cases says why. */
function lastWords(settings: DemoSettings, options: CommandOptions): string {
  if (options.isVerbose) return "";
  const file = logFile(settings, options);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-8);
  if (lines.join("") === "") return "It wrote nothing to its log.";
  return `The end of ${file}:\n  ${lines.join("\n  ")}`;
}
