import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand, startPart } from "./child";
import { provideDatabases } from "./databases";
import { appEnvironment, sandboxEnvironment } from "./environment";
import { takeOverFolder } from "./leftovers";
import { assertPortsAreFree } from "./ports";
import { readJson, writePrivateJson } from "./private-file";
import { prepareProgram } from "./program";
import { step } from "./progress";
import { provideSecrets } from "./secrets";
import { DemoError, type DemoSettings } from "./settings";
import type { Shutdown } from "./shutdown";
import { type DemoFile, presentDemoFile } from "./summary";

/**
 * Starts everything in its order and returns what `demo.json` says. What was started is registered with
 * `shutdown` before it is waited for.
 */
export async function startDemo(settings: DemoSettings, shutdown: Shutdown): Promise<DemoFile> {
  const { dataDir } = settings;
  const onLog = (line: string) => console.log(`     ${line}`);
  makeDataDir(dataDir);
  const lock = await takeOverFolder(dataDir, onLog);
  shutdown.defer(lock.release);
  await assertPortsAreFree(settings);
  const secrets = provideSecrets(dataDir);

  const databases = await step("Postgres", () => provideDatabases(settings, onLog));
  shutdown.defer(databases.stop);
  shutdown.endWhen(databases.died);

  await prepareProgram(settings, shutdown.signal);
  shutdown.signal.throwIfAborted();

  await step("Migrations", () => migrate(databases.app));
  shutdown.signal.throwIfAborted();

  const environment = appEnvironment(settings, databases, secrets);
  const sandbox = startPart(settings, {
    title: "sandbox",
    source: "packages/stripe-sandbox/src/cli.ts",
    environment: sandboxEnvironment(settings, databases, secrets),
  });
  shutdown.defer(sandbox.stop);
  shutdown.endWhen(sandbox.died);
  const demoFile = join(dataDir, "demo.json");
  const [seeded] = await Promise.all([
    step("Demo customers and keys", () =>
      runCommand(
        settings,
        { title: "seed", source: "prisma/seed.ts", environment },
        { userPassword: secrets.userPassword, known: readJson(demoFile) ?? {} },
      ),
    ),
    step("Stripe sandbox", () => sandbox.ready),
  ]);
  shutdown.signal.throwIfAborted();

  const app = startPart(settings, {
    title: "app",
    source: "lib/commands/server.ts",
    args: settings.isDev ? ["--dev"] : [],
    environment,
    isVerbose: settings.isDev,
  });
  shutdown.defer(app.stop);
  shutdown.endWhen(app.died);
  await step("App and worker", () => app.ready);

  const content = presentDemoFile(settings, databases.app, secrets, seeded);
  writePrivateJson(demoFile, content);
  return content;
}

async function migrate(databaseUrl: string): Promise<void> {
  const { applyMigrations } = await import("@/lib/platform/migrations");
  try {
    await applyMigrations({ databaseUrl });
  } catch (error) {
    throw new DemoError(`The migrations stopped: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Others may enter it, because Postgres may run as another user; every secret file has mode 0600. */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new DemoError(`The data folder ${dataDir} could not be made: ${(error as Error).message}`);
  }
}
