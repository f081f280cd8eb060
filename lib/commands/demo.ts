import { DemoError, readSettings } from "./demo/settings";
import { prepareShutdown } from "./demo/shutdown";
import { startDemo } from "./demo/start";
import { printSummary } from "./demo/summary";

// The demo keeps running when the reader of its output exits.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

process.exit(await run());

async function run(): Promise<number> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env);
    const shutdown = prepareShutdown();
    const starting = startDemo(settings, shutdown);
    starting.then(
      (demo) => printSummary(settings, demo),
      () => {}, // handled below
    );
    const failure = starting.then(
      () => new Promise<never>(() => {}),
      (error: unknown) => ({ exitCode: 1, reason: explain(error) }),
    );
    const { exitCode, reason } = await Promise.race([shutdown.ending, failure]);
    if (reason) console.error(`\n${reason}`);
    await shutdown.run(starting);
    if (exitCode === 0) console.log("Stopped.");
    return exitCode;
  } catch (error) {
    console.error(explain(error));
    return 1;
  }
}

/** Returns one line for what the user can fix. Anything else is a bug and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof DemoError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
