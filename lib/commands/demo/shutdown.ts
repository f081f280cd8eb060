import { setTimeout as sleep } from "node:timers/promises";
import { watchLaunchers } from "./launcher";

/** npm passes a signal on that the terminal has already sent to us; both are one wish. */
const SAME_WISH_MS = 1_000;

/** Why the demo ends. */
export interface Ending {
  exitCode: number;
  reason: string | null;
}

export interface Shutdown {
  /** Aborted when the end has begun: what is being started should give up. */
  signal: AbortSignal;
  /** Resolves when somebody wants the demo to end, or a part has died. */
  ending: Promise<Ending>;
  /** Registers something to stop; the last one registered stops first. */
  defer(stop: () => Promise<void> | void): void;
  /** Ends the demo when this resolves. */
  endWhen(died: Promise<string>): void;
  /** Stops everything, in reverse order. */
  run(starting: Promise<unknown>): Promise<void>;
}

/** Listens for Ctrl-C and the like. A second Ctrl-C ends the demo at once; the next start cleans up. */
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
      console.log("\nStopping. Ctrl-C again forces it.");
      resolveEnding({ exitCode: 0, reason: null });
    } else if (now - firstSignalAt > SAME_WISH_MS) {
      process.exit(130);
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  process.once("disconnect", onSignal);
  watchLaunchers(onSignal);

  return {
    signal: abort.signal,
    ending,
    defer: (stop) => deferred.push(stop),
    endWhen: (died) => {
      died.then(
        (reason) => resolveEnding({ exitCode: 1, reason }),
        () => {}, // it did not even start, which its starter reports
      );
    },
    async run(starting) {
      abort.abort();
      // What is just being started must be registered before it can be stopped.
      await Promise.race([starting.catch(() => {}), sleep(8_000, undefined, { ref: false })]);
      for (const stop of deferred.splice(0).reverse()) {
        await Promise.resolve(stop()).catch((error: unknown) => console.error(error));
      }
    },
  };
}
