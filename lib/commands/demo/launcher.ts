import { basename } from "node:path";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "local-postgres/processes";

const PACKAGE_MANAGER = /^(npm|pnpm|yarn)(-cli)?(\.c?js)?$/;
const CHECK_EVERY_MS = 1_000;

/**
 * The processes between us and the package manager that was called (`npm run demo`), itself included. Empty
 * when we were started in another way.
 */
export function findLaunchers(): ProcessIdentity[] {
  const chain: ProcessIdentity[] = [];
  let current = identifyProcess(process.ppid);
  while (current && chain.length < 4) {
    chain.push(current);
    if (isPackageManager(current)) return chain;
    current = identifyProcess(current.parentPid);
  }
  return [];
}

/**
 * Calls `onGone` when one of them has ended. Somebody who kills `npm run demo` the hard way means the demo, but
 * only npm dies of it.
 */
export function watchLaunchers(onGone: () => void): void {
  const launchers = findLaunchers();
  if (launchers.length === 0) return;
  const timer = setInterval(() => {
    if (launchers.every(isSameProcess)) return;
    clearInterval(timer);
    onGone();
  }, CHECK_EVERY_MS);
  timer.unref();
}

/** npm sets its process title to "npm run demo", which replaces its arguments. */
function isPackageManager({ commandLine }: ProcessIdentity): boolean {
  return commandLine
    .slice(0, 2)
    .some((argument) => PACKAGE_MANAGER.test(basename(argument.split(" ", 1)[0] ?? "")));
}
