import { createWriteStream, openSync, readFileSync, type WriteStream } from "node:fs";
import { basename, join } from "node:path";
import { execaNode, type Message, type Options } from "execa";
import { recordChild, removeChild } from "./orphan-processes";
import { DemoError, type DemoSettings } from "./settings";

/** How to run one of our commands. */
export interface CommandOptions {
  /** Shown to people, and the name of the log file. */
  title: string;
  /** The source file. Brim's bundles in `dist/` have the same name; the sandbox always runs from its source. */
  source: `lib/commands/${string}.ts` | "prisma/seed.ts" | "packages/stripe-sandbox/src/cli.ts";
  args?: string[];
  environment: Record<string, string>;
  /** Sends the output to the terminal instead of a log file. */
  isVerbose?: boolean;
}

/** A server that the demo runs in a process of its own. */
export interface DemoProcess {
  /** Resolves when the process reports that it is ready. Rejects with DemoError when it exits before that. */
  ready: Promise<void>;
  /** Resolves with a message for people when the process exits unexpectedly after it was ready. */
  failed: Promise<string>;
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 15_000;

/**
 * Processes have their own process group, because Ctrl-C signals the whole group of the terminal and the demo stops its
 * processes one after another. A process whose parent was killed notices that the IPC channel is closed.
 */
const PROCESS_OPTIONS = {
  detached: true,
  ipc: true,
  serialization: "json",
  reject: false,
  forceKillAfterDelay: STOP_TIMEOUT_MS,
  stdin: "ignore",
  buffer: false,
} as const satisfies Options;

type Subprocess = ReturnType<typeof spawnCommand>;

/** Starts a server. It reports that it is ready by sending `{ type: "ready" }`. */
export function startProcess(settings: DemoSettings, options: CommandOptions): DemoProcess {
  const subprocess = spawnCommand(settings, options);
  const exited = exitReason(subprocess);
  let isStopping = false;
  const ready = subprocess.getOneMessage({ filter: isReadyMessage }).then(
    () => {},
    async () => {
      throw new DemoError(
        `The ${options.title} did not start (${await exited}). ${logTail(settings, options)}`,
      );
    },
  );
  return {
    ready,
    failed: ready.then(async () => {
      const reason = await exited;
      if (isStopping) return new Promise<string>(() => {});
      return `The ${options.title} exited unexpectedly (${reason}). ${logTail(settings, options)}`;
    }),
    async stop() {
      isStopping = true;
      subprocess.kill("SIGTERM");
      await exited;
    },
  };
}

function isReadyMessage(message: Message<"json">): boolean {
  return typeof message === "object" && message !== null && "type" in message && message.type === "ready";
}

/** Runs a command to its end. Sends it one message and returns the message that it replies with. */
export async function runCommand(
  settings: DemoSettings,
  options: CommandOptions,
  input: Message<"json">,
): Promise<unknown> {
  const subprocess = spawnCommand(settings, options);
  const exited = exitReason(subprocess);
  try {
    const [reply] = await Promise.all([subprocess.getOneMessage(), subprocess.sendMessage(input)]);
    await exited;
    return reply;
  } catch {
    throw new DemoError(`The ${options.title} failed (${await exited}). ${logTail(settings, options)}`);
  }
}

/** Starts a command from its bundle in `dist/`, or in development, and for the sandbox, from its source. */
function spawnCommand(settings: DemoSettings, options: CommandOptions) {
  const { root, isDev, dataDir } = settings;
  // The process writes to the file itself, so that it can still log when we are killed.
  const log = options.isVerbose ? null : openLog(logFile(settings, options));
  const runsFromSource = isDev || options.source.startsWith("packages/");
  const file = runsFromSource ? options.source : `dist/${basename(options.source, ".ts")}.js`;
  try {
    const subprocess = execaNode(file, options.args ?? [], {
      ...PROCESS_OPTIONS,
      cwd: root,
      env: options.environment,
      nodeOptions: runsFromSource ? ["--import", "tsx"] : ["--enable-source-maps"],
      stdout: log ?? "inherit",
      stderr: log ?? "inherit",
    });
    const pid = subprocess.pid ?? 0;
    recordChild(dataDir, pid);
    subprocess.once("exit", () => removeChild(dataDir, pid));
    return subprocess;
  } finally {
    log?.destroy();
  }
}

async function exitReason(subprocess: Subprocess): Promise<string> {
  const { exitCode, signal, cause } = await subprocess;
  if (signal) return signal;
  return exitCode === undefined ? String((cause as Error | undefined)?.message) : `exit code ${exitCode}`;
}

function openLog(file: string): WriteStream {
  return createWriteStream(file, { fd: openSync(file, "w", 0o600) });
}

function logFile({ dataDir }: DemoSettings, { title }: CommandOptions): string {
  return join(dataDir, `${title.replaceAll(" ", "-")}.log`);
}

/** The end of the log, which usually says what went wrong. */
function logTail(settings: DemoSettings, options: CommandOptions): string {
  if (options.isVerbose) return "";
  const file = logFile(settings, options);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-8);
  if (lines.join("") === "") return "Its log is empty.";
  return `The end of ${file}:\n  ${lines.join("\n  ")}`;
}
