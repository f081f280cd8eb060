import { basename } from "node:path";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "local-postgres/processes";

const PACKAGE_MANAGER = /^(npm|pnpm|yarn)(-cli)?(\.c?js)?$/;
const CHECK_INTERVAL_MS = 1_000;

/**
 * Returns the processes from our parent up to the package manager that runs `npm run demo`. Returns an empty list when no
 * package manager started the demo.
 */
export function findParentProcesses(): ProcessIdentity[] {
  const parents: ProcessIdentity[] = [];
  let current = identifyProcess(process.ppid);
  while (current && parents.length < 4) {
    parents.push(current);
    if (isPackageManager(current)) return parents;
    current = identifyProcess(current.parentPid);
  }
  return [];
}

/**
 * Calls `onExit` when one of the parent processes has exited. `kill -9` on `npm run demo` is meant for the demo, but kills
 * only npm.
 */
export function watchParentProcesses(onExit: () => void): void {
  const parents = findParentProcesses();
  if (parents.length === 0) return;
  const timer = setInterval(() => {
    if (parents.every(isSameProcess)) return;
    clearInterval(timer);
    onExit();
  }, CHECK_INTERVAL_MS);
  timer.unref();
}

/** npm replaces its arguments with its process title, "npm run demo". */
function isPackageManager({ commandLine }: ProcessIdentity): boolean {
  return commandLine
    .slice(0, 2)
    .some((argument) => PACKAGE_MANAGER.test(basename(argument.split(" ", 1)[0] ?? "")));
}
