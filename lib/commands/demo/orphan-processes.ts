import { join } from "node:path";
import {
  FolderInUseError,
  type FolderLock,
  identifyProcess,
  isSameProcess,
  lockFolder,
  waitUntilGone,
} from "local-postgres/processes";
import { readJsonFile, writeSecretJsonFile } from "./json-file";
import { findParentProcesses } from "./parent-processes";
import { DemoError } from "./settings";

/** A process that we started, or that started us. The start time distinguishes it from a later process with the same pid. */
interface RecordedProcess {
  pid: number;
  startedAt: string;
}

/** The content of `processes.json`. */
interface ProcessRecord {
  parents: RecordedProcess[];
  children: RecordedProcess[];
}

const STOP_TIMEOUT_MS = 20_000;

/**
 * Locks the data folder for this demo and stops the orphan processes of an earlier demo that was killed.
 *
 * @throws DemoError another demo is running on the folder
 */
export async function lockDataDir(dataDir: string, onLog: (line: string) => void): Promise<FolderLock> {
  const lock = await lockOrReplaceOrphan(dataDir, onLog);
  try {
    for (const child of readRecord(dataDir).children) {
      if (!isOurs(child)) continue;
      onLog(`stopping a process of an earlier run (pid ${child.pid})`);
      await stopProcess(child);
    }
    writeRecord(dataDir, { parents: findParentProcesses().map(toRecorded), children: [] });
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Records a child process, so that the next start can stop it if this demo is killed. */
export function recordChild(dataDir: string, pid: number): void {
  const child = identifyProcess(pid);
  if (!child) return;
  const record = readRecord(dataDir);
  writeRecord(dataDir, { ...record, children: [...record.children, toRecorded(child)] });
}

/** Removes a child process that has exited. */
export function removeChild(dataDir: string, pid: number): void {
  const record = readRecord(dataDir);
  writeRecord(dataDir, { ...record, children: record.children.filter((child) => child.pid !== pid) });
}

async function lockOrReplaceOrphan(dataDir: string, onLog: (line: string) => void): Promise<FolderLock> {
  try {
    return lockFolder(dataDir);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    const holder = identifyProcess(error.pid);
    const isOrphan = readRecord(dataDir).parents.some((parent) => !isSameProcess(parent));
    if (!holder || !isOrphan) {
      throw new DemoError(
        `Another demo is running on ${dataDir} (pid ${error.pid}). Stop it, or set BRIM_DATA_DIR to another folder.`,
      );
    }
    onLog(`stopping an earlier demo whose npm process was killed (pid ${holder.pid})`);
    await stopProcess(holder);
    return lockFolder(dataDir);
  }
}

/** Whether a recorded process is still running and runs one of our commands. No other process may be stopped. */
function isOurs(recorded: RecordedProcess): boolean {
  const found = identifyProcess(recorded.pid);
  if (found?.startedAt !== recorded.startedAt) return false;
  return found.commandLine.some((argument) =>
    /(^|\/)(dist\/[\w-]+\.js|lib\/commands\/[\w-]+\.ts|prisma\/seed\.ts|packages\/stripe-sandbox\/src\/cli\.ts)$/.test(
      argument,
    ),
  );
}

async function stopProcess(target: RecordedProcess): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(target.pid, signal);
    } catch {
      return; // exited in the meantime
    }
    if (await waitUntilGone(target, STOP_TIMEOUT_MS)) return;
  }
  throw new DemoError(`A process of an earlier run (pid ${target.pid}) could not be stopped.`);
}

function recordFile(dataDir: string): string {
  return join(dataDir, "processes.json");
}

function readRecord(dataDir: string): ProcessRecord {
  const record = readJsonFile(recordFile(dataDir));
  return { parents: recordedIn(record?.parents), children: recordedIn(record?.children) };
}

function writeRecord(dataDir: string, record: ProcessRecord): void {
  writeSecretJsonFile(recordFile(dataDir), record);
}

function recordedIn(value: unknown): RecordedProcess[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is RecordedProcess => {
    return typeof item?.pid === "number" && typeof item?.startedAt === "string";
  });
}

function toRecorded({ pid, startedAt }: RecordedProcess): RecordedProcess {
  return { pid, startedAt };
}
