import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { chmod, chown, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Account, canWrite, chooseAccount } from "./account";
import { EmbeddedPostgresError } from "./errors";
import { stopOrphan } from "./orphan";

/** Root's alternative to folders that the `postgres` user cannot enter. */
export const SHARED_ROOT = "/var/lib/brim";

const POINTER = "location";
const BELONGS_TO = "belongs-to";

export interface Place {
  /** Folder that holds the cluster and that the account may write in. */
  home: string;
  /** PGDATA. */
  cluster: string;
  account: Account;
}

/**
 * Finds or makes the place of the data. Usually that is `dataDir` itself. When we are root and the
 * `postgres` user cannot get into it, it is a folder below /var/lib/brim named after the real path of
 * `dataDir`; a pointer file in `dataDir` leads there, and deleting `dataDir` means a fresh start.
 */
export async function findPlace(dataDir: string, onLog: (line: string) => void): Promise<Place> {
  const pointed = readPointer(dataDir);
  const existing = [pointed, dataDir].find((home) => home && existsSync(join(home, "cluster")));
  const account = chooseAccount(existing ? join(existing, "cluster") : null);

  if (!pointed && (await isUsable(dataDir, account))) return placeIn(dataDir, account);
  if (!account) {
    throw new EmbeddedPostgresError(
      pointed
        ? `The database of ${dataDir} was made by root and lies in ${pointed}: run this as root, or delete both.`
        : `${dataDir} cannot be written by the present user.`,
    );
  }
  if (pointed && (await isUsable(pointed, account))) return placeIn(pointed, account);
  if (existing === dataDir) {
    throw new EmbeddedPostgresError(
      `The database in ${dataDir} belongs to a user that can no longer enter that folder. ` +
        "Open the way to it (chmod o+x on the folders above), or delete it to start anew.",
    );
  }
  return placeIn(await makeSharedHome(dataDir, account, onLog), account);
}

function placeIn(home: string, account: Account): Place {
  return { home, cluster: join(home, "cluster"), account };
}

/** Where the pointer leads, unless this folder is a copy and the original still uses that place. */
function readPointer(dataDir: string): string | null {
  const path = join(dataDir, POINTER);
  if (!existsSync(path)) return null;
  const home = readFileSync(path, "utf8").trim();
  const ownerFile = join(home, BELONGS_TO);
  if (!existsSync(ownerFile)) return null;
  const owner = readFileSync(ownerFile, "utf8").trim();
  if (owner === dataDir) return home;
  if (existsSync(join(owner, POINTER))) return null;
  writeFileSync(ownerFile, dataDir); // the folder was moved; its data come along
  return home;
}

/** Renames a data folder on which no server runs, together with the data that are kept elsewhere for it. */
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
      // Nothing points to it, so its data folder was deleted: what is left must not come back to life.
      await stopOrphan(join(home, "cluster"), onLog);
      await rm(home, { recursive: true, force: true });
    }
    await makeSharedFolder(home);
    writeFileSync(join(home, BELONGS_TO), dataDir);
    writeFileSync(join(dataDir, POINTER), `${home}\n`);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The user that Postgres runs as cannot enter ${dirname(dataDir)}, and ${home} could not be made. ` +
        "Move the project to a folder that others may enter, or set DATABASE_URL.",
      { cause },
    );
  }
  if (!(await isUsable(home, account))) {
    throw new EmbeddedPostgresError(`The user that Postgres runs as cannot write in ${home}.`);
  }
  onLog(`the postgres user cannot enter ${dataDir}; data are kept in ${home}`);
  return home;
}

/** A folder below /var/lib/brim that every account may enter, whatever umask root has. */
export async function makeSharedFolder(path: string): Promise<void> {
  for (const folder of [SHARED_ROOT, path]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
}

/** Gives the cluster's folder to the account and tries whether it can write there. */
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
    return false; // a mount that refuses chown, or a folder that is not ours
  }
}

/** A recursive chown of the project to root would leave a cluster that Postgres refuses to open. */
async function reclaim(path: string, account: { uid: number; gid: number }): Promise<void> {
  if (!existsSync(path) || statSync(path).uid === account.uid) return;
  for (const entry of await readdir(path, { recursive: true })) {
    await chown(join(path, entry), account.uid, account.gid);
  }
  await chown(path, account.uid, account.gid);
}

/** Makes the data folder and returns its one true path. */
export async function makeDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
    return realpathSync(dataDir);
  } catch (cause) {
    throw new EmbeddedPostgresError(`The data folder ${dataDir} could not be made.`, { cause });
  }
}
