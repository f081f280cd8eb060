import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { EmbeddedPostgresError } from "./errors";

/** The system user that runs Postgres. Null means the current user. */
export type Account = { uid: number; gid: number } | null;

/** A fixed environment, so that the caller's PG* variables and locale do not affect Postgres. */
export const CLEAN_ENV: NodeJS.ProcessEnv = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  NODE_ENV: "production",
};

/**
 * Returns the system user to run Postgres as. Postgres refuses to run as root, so root runs it as the owner of the existing
 * data or, without data, as `postgres`, which is created if it does not exist.
 */
export function chooseAccount(existingCluster: string | null): Account {
  if (process.getuid?.() !== 0) return null;
  if (existingCluster) {
    const { uid, gid } = statSync(existingCluster);
    if (uid !== 0) return { uid, gid };
  }
  const account = lookUpPostgresUser() ?? createPostgresUser();
  if (!account) {
    throw new EmbeddedPostgresError(
      "Postgres does not run as root, and the system user `postgres` could not be created. " +
        "Create it (useradd --system --user-group postgres), run as another user, or set DATABASE_URL.",
    );
  }
  return account;
}

/** Returns whether the account can run this program. Runs it, because file modes do not cover ACLs and mount options. */
export function canRun(account: Account, program: string): boolean {
  const { status } = spawnSync(program, ["--version"], spawnAs(account));
  return status === 0;
}

/** Returns whether the account can write to this folder. */
export function canWrite(account: Account, folder: string): boolean {
  const { status } = spawnSync(
    "/bin/sh",
    ["-c", 'test -w "$1" && test -x "$1"', "sh", folder],
    spawnAs(account),
  );
  return status === 0;
}

/** Spawn options for the account. The working directory is one that every user can access. */
export function spawnAs(account: Account) {
  return { cwd: "/", env: CLEAN_ENV, ...(account ?? {}) };
}

function lookUpPostgresUser(): Account {
  const [uid, gid] = ["-u", "-g"].map((flag) => {
    const { status, stdout } = spawnSync("id", [flag, "postgres"], { env: CLEAN_ENV, encoding: "utf8" });
    return status === 0 ? Number.parseInt(stdout, 10) : Number.NaN;
  });
  if (uid === undefined || gid === undefined || Number.isNaN(uid) || Number.isNaN(gid)) return null;
  return { uid, gid };
}

function createPostgresUser(): Account {
  const ways: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false", "postgres"]],
    // Debian's group may exist without its user.
    ["useradd", ["--system", "--gid", "postgres", "--no-create-home", "--shell", "/bin/false", "postgres"]],
    ["adduser", ["-S", "-D", "-H", "-s", "/bin/false", "postgres"]],
  ];
  for (const [program, args] of ways) {
    spawnSync(program, args, { env: CLEAN_ENV, stdio: "ignore" });
    const account = lookUpPostgresUser();
    if (account) return account;
  }
  return null;
}
