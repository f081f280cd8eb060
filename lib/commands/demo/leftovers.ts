import { join } from "node:path";
import {
  FolderInUseError,
  type FolderLock,
  identifyProcess,
  isSameProcess,
  lockFolder,
  waitUntilGone,
} from "local-postgres/processes";
import { findLaunchers } from "./launcher";
import { readJson, writePrivateJson } from "./private-file";
import { DemoError } from "./settings";

/** A process that we started, or that started us; the start time tells it from a later one with its number. */
interface Recorded {
  pid: number;
  startedAt: string;
}

interface RunRecord {
  launchers: Recorded[];
  parts: Recorded[];
}

const STOP_TIMEOUT_MS = 20_000;

/**
 * Makes this demo the only one in the data folder, and stops what an earlier one that was killed left running.
 *
 * @throws DemoError another demo runs there
 */
export async function takeOverFolder(dataDir: string, onLog: (line: string) => void): Promise<FolderLock> {
  const lock = await lockOrReplaceOrphan(dataDir, onLog);
  try {
    for (const part of readRecord(dataDir).parts) {
      if (!isOurs(part)) continue;
      onLog(`a program of an earlier run (pid ${part.pid}) still runs; stopping it`);
      await end(part);
    }
    writeRecord(dataDir, { launchers: findLaunchers().map(toRecorded), parts: [] });
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Notes a child, so that the next start can find it should we be killed. */
export function rememberProcess(dataDir: string, pid: number): void {
  const child = identifyProcess(pid);
  if (!child) return;
  const record = readRecord(dataDir);
  writeRecord(dataDir, { ...record, parts: [...record.parts, toRecorded(child)] });
}

/** Its pid may soon belong to somebody else. */
export function forgetProcess(dataDir: string, pid: number): void {
  const record = readRecord(dataDir);
  writeRecord(dataDir, { ...record, parts: record.parts.filter((part) => part.pid !== pid) });
}

async function lockOrReplaceOrphan(dataDir: string, onLog: (line: string) => void): Promise<FolderLock> {
  try {
    return lockFolder(dataDir);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    const holder = identifyProcess(error.pid);
    const isOrphan = readRecord(dataDir).launchers.some((launcher) => !isSameProcess(launcher));
    if (!holder || !isOrphan) {
      throw new DemoError(
        `A demo already runs on ${dataDir} (pid ${error.pid}). Stop it, or set BRIM_DATA_DIR to another folder.`,
      );
    }
    onLog(`a demo whose npm was killed (pid ${holder.pid}) still runs; stopping it`);
    await end(holder);
    return lockFolder(dataDir);
  }
}

/** Only a process that is surely one of ours may be stopped: same start time, and one of our commands. */
function isOurs(part: Recorded): boolean {
  const found = identifyProcess(part.pid);
  if (found?.startedAt !== part.startedAt) return false;
  return found.commandLine.some((argument) =>
    /(^|\/)(dist\/[\w-]+\.js|lib\/commands\/[\w-]+\.ts|prisma\/seed\.ts|packages\/stripe-sandbox\/src\/cli\.ts)$/.test(
      argument,
    ),
  );
}

async function end(target: Recorded): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(target.pid, signal);
    } catch {
      return; // ended in the meantime
    }
    if (await waitUntilGone(target, STOP_TIMEOUT_MS)) return;
  }
  throw new DemoError(`A process of an earlier run (pid ${target.pid}) does not stop.`);
}

function recordFile(dataDir: string): string {
  return join(dataDir, "processes.json");
}

function readRecord(dataDir: string): RunRecord {
  const record = readJson(recordFile(dataDir));
  return { launchers: recordedIn(record?.launchers), parts: recordedIn(record?.parts) };
}

function writeRecord(dataDir: string, record: RunRecord): void {
  writePrivateJson(recordFile(dataDir), record);
}

function recordedIn(value: unknown): Recorded[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Recorded => {
    return typeof item?.pid === "number" && typeof item?.startedAt === "string";
  });
}

function toRecorded({ pid, startedAt }: Recorded): Recorded {
  return { pid, startedAt };
}
