import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Account, canWrite, chooseAccount } from "./account";
import { EmbeddedPostgresError } from "./errors";
import { stopOrphan } from "./orphan";

/** Where root keeps data whose folder the `postgres` user cannot access. */
export const SHARED_ROOT = "/var/lib/brim";

const POINTER = "location";
const BELONGS_TO = "belongs-to";

export interface Place {
  /** Folder with the cluster, writable by the account. */
  home: string;
  /** PGDATA. */
  cluster: string;
  account: Account;
}

/**
 * Finds or creates the folder of the data, usually `dataDir` itself. If root starts Postgres and the `postgres` user cannot
 * access `dataDir`, it is a folder below /var/lib/brim, named after a hash of the real path of `dataDir`. A pointer file in
 * `dataDir` contains its path. Deleting `dataDir` starts over.
 */
export async function findPlace(dataDir: string, onLog: (line: string) => void): Promise<Place> {
  const pointed = readPointer(dataDir);
  const existing = [pointed, dataDir].find((home) => home && existsSync(join(home, "cluster")));
  const account = chooseAccount(existing ? join(existing, "cluster") : null);

  if (!pointed && (await isUsable(dataDir, account))) return placeIn(dataDir, account);
  if (!account) {
    throw new EmbeddedPostgresError(
      pointed
        ? `The database of ${dataDir} was created by root in ${pointed}. Run this as root, or delete both folders.`
        : `The current user cannot write to ${dataDir}.`,
    );
  }
  if (pointed && (await isUsable(pointed, account))) return placeIn(pointed, account);
  if (existing === dataDir) {
    throw new EmbeddedPostgresError(
      `The database in ${dataDir} belongs to a user that can no longer access that folder. ` +
        "Allow access (chmod o+x on its parent folders), or delete it to start over.",
    );
  }
  return placeIn(await makeSharedHome(dataDir, account, onLog), account);
}

function placeIn(home: string, account: Account): Place {
  return { home, cluster: join(home, "cluster"), account };
}

/** Returns the folder that the pointer file names, unless this folder is a copy and the original still uses that folder. */
function readPointer(dataDir: string): string | null {
  const path = join(dataDir, POINTER);
  if (!existsSync(path)) return null;
  const home = readFileSync(path, "utf8").trim();
  const ownerFile = join(home, BELONGS_TO);
  if (!existsSync(ownerFile)) return null;
  const owner = readFileSync(ownerFile, "utf8").trim();
  if (owner === dataDir) return home;
  if (existsSync(join(owner, POINTER))) return null;
  writeFileSync(ownerFile, dataDir); // the folder was moved
  return home;
}

/** Renames a data folder that no server uses, together with its data below /var/lib/brim. */
export async function moveDataDir(from: string, to: string): Promise<void> {
  const home = readPointer(realpathSync(from));
  await rename(from, to);
  if (!home) return;
  const dataDir = realpathSync(to);
  const movedHome = sharedHome(dataDir);
  await rename(home, movedHome);
  writeFileSync(join(movedHome, BELONGS_TO), dataDir);
  writeFileSync(join(dataDir, POINTER), `${movedHome}\n`);
}

function sharedHome(dataDir: string): string {
  return join(SHARED_ROOT, createHash("sha256").update(dataDir).digest("hex").slice(0, 16));
}

async function makeSharedHome(dataDir: string, account: Account, onLog: (line: string) => void) {
  const home = sharedHome(dataDir);
  try {
    if (existsSync(home)) {
      // Nothing points to it, so its data folder was deleted. Its data must not be used again.
      await stopOrphan(join(home, "cluster"), onLog);
      await rm(home, { recursive: true, force: true });
    }
    await makeSharedFolder(home);
    writeFileSync(join(home, BELONGS_TO), dataDir);
    writeFileSync(join(dataDir, POINTER), `${home}\n`);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The user that runs Postgres has no access to ${dirname(dataDir)}, and ${home} could not be created. ` +
        "Move the project to a folder that other users can access, or set DATABASE_URL.",
      { cause },
    );
  }
  if (!(await isUsable(home, account))) {
    throw new EmbeddedPostgresError(`The user that runs Postgres cannot write to ${home}.`);
  }
  onLog(`the postgres user has no access to ${dataDir}; the data is kept in ${home}`);
  return home;
}

/** Creates a folder below /var/lib/brim that every user can access, whatever the umask of root is. */
export async function makeSharedFolder(path: string): Promise<void> {
  for (const folder of [SHARED_ROOT, path]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
}

/** Gives the folder of the cluster to the account and returns whether the account can write to it. */
async function isUsable(home: string, account: Account): Promise<boolean> {
  const probe = join(home, "run");
  try {
    await mkdir(probe, { recursive: true, mode: 0o700 });
    if (account) {
      await chown(probe, account.uid, account.gid);
      await reclaim(join(home, "cluster"), account);
    }
    return canWrite(account, probe);
  } catch {
    return false; // a mount without chown, or a folder of another user
  }
}

/** Restores the owner of the cluster, for example after a recursive chown of the project to root. */
async function reclaim(path: string, account: { uid: number; gid: number }): Promise<void> {
  if (!existsSync(path) || statSync(path).uid === account.uid) return;
  for (const entry of await readdir(path, { recursive: true })) {
    await chown(join(path, entry), account.uid, account.gid);
  }
  await chown(path, account.uid, account.gid);
}

/** Creates the data folder and returns its real path. */
export async function makeDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    return realpathSync(dataDir);
  } catch (cause) {
    throw new EmbeddedPostgresError(`The data folder ${dataDir} could not be created.`, { cause });
  }
}
