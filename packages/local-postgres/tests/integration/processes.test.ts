import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  FolderInUseError,
  identifyProcess,
  isSameProcess,
  lockFolder,
  waitUntilGone,
} from "../../src/processes";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("identifyProcess", () => {
  it("identifies a running process by its start time and command line, and returns nothing once it has exited", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");

    const found = identifyProcess(child.pid ?? 0);
    child.kill("SIGKILL");
    await once(child, "exit");

    expect(found?.commandLine).toEqual(["sleep", "60"]);
    expect(found?.parentPid).toBe(process.pid);
    expect(identifyProcess(child.pid ?? 0)).toBeNull();
    expect(found && (await waitUntilGone(found, 0))).toBe(true);
  });

  it("distinguishes a process from an earlier one with the same PID", () => {
    expect(isSameProcess({ pid: process.pid, startedAt: "another time" })).toBe(false);
  });
});

describe("lockFolder", () => {
  it("grants the lock once, names the holder to others, and can be acquired again after release", () => {
    const folder = newFolder();
    const lock = lockFolder(folder);

    expect(() => lockFolder(folder)).toThrow(new FolderInUseError(folder, process.pid));
    lock.release();

    lockFolder(folder).release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  it.each([
    ["of a process that ended", JSON.stringify({ pid: process.pid, startedAt: "earlier", token: "t" })],
    ["that a crash cut short", '{"pid": 12'],
  ])("takes over a lock %s", (_case, content) => {
    const folder = newFolder();
    writeFileSync(join(folder, "lock"), content);

    const lock = lockFolder(folder);

    expect(() => lockFolder(folder)).toThrow(FolderInUseError);
    lock.release();
  });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brim-lock-"));
  folders.push(folder);
  return folder;
}
