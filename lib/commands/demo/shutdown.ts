import { setTimeout as sleep } from "node:timers/promises";
import { watchParentProcesses } from "./parent-processes";

/** npm forwards a signal that the terminal has already sent to us. A second signal within this time is the same one. */
const DUPLICATE_SIGNAL_MS = 1_000;

/** A part that is still starting when the demo stops has this long to be registered. */
const STARTING_TIMEOUT_MS = 8_000;

/** Why the demo ends. */
export interface Ending {
  exitCode: number;
  reason: string | null;
}

export interface Shutdown {
  /** Aborted when the shutdown begins. Whatever is starting should give up. */
  signal: AbortSignal;
  /** Resolves when somebody stops the demo, or a process has failed. */
  ending: Promise<Ending>;
  /** Registers something to stop. The last one registered is stopped first. */
  defer(stop: () => Promise<void> | void): void;
  /** Ends the demo when `failed` resolves. */
  endWhen(failed: Promise<string>): void;
  /** Stops everything, in reverse order. */
  run(starting: Promise<unknown>): Promise<void>;
}

/** Handles Ctrl-C and other stop signals. A second Ctrl-C exits at once; the next start cleans up. */
export function prepareShutdown(): Shutdown {
  const abort = new AbortController();
  const deferred: (() => Promise<void> | void)[] = [];
  let resolveEnding = (_ending: Ending) => {};
  const ending = new Promise<Ending>((resolve) => {
    resolveEnding = resolve;
  });

  let firstSignalAt: number | null = null;
  const onSignal = () => {
    const now = performance.now();
    if (firstSignalAt === null) {
      firstSignalAt = now;
      console.log("\nStopping. Press Ctrl-C again to force it.");
      resolveEnding({ exitCode: 0, reason: null });
    } else if (now - firstSignalAt > DUPLICATE_SIGNAL_MS) {
      process.exit(130);
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  process.once("disconnect", onSignal);
  watchParentProcesses(onSignal);

  return {
    signal: abort.signal,
    ending,
    defer: (stop) => deferred.push(stop),
    endWhen: (failed) => {
      failed.then(
        (reason) => resolveEnding({ exitCode: 1, reason }),
        () => {}, // it did not start, which its caller reports
      );
    },
    async run(starting) {
      abort.abort();
      await Promise.race([starting.catch(() => {}), sleep(STARTING_TIMEOUT_MS, undefined, { ref: false })]);
      for (const stop of deferred.splice(0).reverse()) {
        await Promise.resolve(stop()).catch((error: unknown) => console.error(error));
      }
    },
  };
}
