import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identifyProcess, isSameProcess } from "./identity";

export interface FolderLock {
  release(): void;
}

/** Another running process has locked the folder. */
export class FolderInUseError extends Error {
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(`${folder} is in use by another process (pid ${pid}).`);
    this.name = "FolderInUseError";
  }
}

interface LockContent {
  pid: number;
  startedAt: string;
  token: string;
}

/**
 * Locks `folder` for this process. The lock file identifies the process, so that the lock of a killed process is replaced.
 *
 * @throws FolderInUseError a running process, possibly this one, has the lock
 */
export function lockFolder(folder: string, fileName = "lock"): FolderLock {
  const path = join(folder, fileName);
  const self = identifyProcess(process.pid);
  const mine: LockContent = { pid: process.pid, startedAt: self?.startedAt ?? "", token: randomUUID() };

  for (let attempt = 0; attempt < 5; attempt++) {
    if (createExclusively(path, mine)) return { release: () => releaseLock(path, mine.token) };
    const holder = readLock(path);
    if (holder && isSameProcess(holder)) throw new FolderInUseError(folder, holder.pid);
    discardStale(path, holder, mine.token);
  }
  throw new FolderInUseError(folder, readLock(path)?.pid ?? 0);
}

/** Links a complete temporary file, so that readers never see a partial lock. Linking fails if a lock exists. */
function createExclusively(path: string, content: LockContent): boolean {
  const draft = `${path}.${content.token}`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a process that has exited. If another process has replaced the lock since it was read, the new lock is
 * put back.
 */
function discardStale(path: string, seen: LockContent | null, token: string): void {
  const aside = `${path}.stale.${token}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return; // another process removed it
    throw error;
  }
  try {
    if (readLock(aside)?.token !== seen?.token) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseLock(path: string, token: string): void {
  if (readLock(path)?.token === token) rmSync(path, { force: true });
}

function readLock(path: string): LockContent | null {
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isLockContent(content) ? content : null;
  } catch {
    return null; // missing or damaged
  }
}

function isLockContent(value: unknown): value is LockContent {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "startedAt" in value &&
    typeof value.startedAt === "string" &&
    "token" in value &&
    typeof value.token === "string"
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
