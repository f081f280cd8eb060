import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { provideDatabases } from "./databases";
import { runCommand, startProcess } from "./demo-process";
import { appEnvironment, sandboxEnvironment } from "./environment";
import { readJsonFile, writeSecretJsonFile } from "./json-file";
import { lockDataDir } from "./orphan-processes";
import { provideSecrets } from "./secrets";
import { DemoError, type DemoSettings } from "./settings";
import type { Shutdown } from "./shutdown";
import { type DemoFile, presentDemoFile } from "./summary";

/**
 * Starts everything in order and returns the content of `demo.json`. Each part is registered with `shutdown` before the
 * start waits for it.
 */
export async function startDemo(settings: DemoSettings, shutdown: Shutdown): Promise<DemoFile> {
  const { dataDir } = settings;
  const onLog = (line: string) => console.log(`  ${line}`);
  makeDataDir(dataDir);
  const lock = await lockDataDir(dataDir, onLog);
  shutdown.defer(lock.release);
  await assertPortsAreFree(settings);
  const secrets = provideSecrets(dataDir);

  const databases = await step("Postgres", () => provideDatabases(settings, onLog));
  shutdown.defer(databases.stop);
  shutdown.endWhen(databases.died);

  await prepareBuild(settings, shutdown.signal);
  shutdown.signal.throwIfAborted();

  await step("Migrations", () => migrate(databases.app));
  shutdown.signal.throwIfAborted();

  const environment = appEnvironment(settings, databases, secrets);
  const sandbox = startProcess(settings, {
    title: "sandbox",
    source: "packages/stripe-sandbox/src/cli.ts",
    environment: sandboxEnvironment(settings, databases, secrets),
  });
  shutdown.defer(sandbox.stop);
  shutdown.endWhen(sandbox.failed);
  const demoFile = join(dataDir, "demo.json");
  const [, seeded] = await step("Stripe sandbox, demo customers and keys", () =>
    Promise.all([
      sandbox.ready,
      runCommand(
        settings,
        { title: "seed", source: "prisma/seed.ts", environment },
        { userPassword: secrets.userPassword, known: readJsonFile(demoFile) ?? {} },
      ),
    ]),
  );
  shutdown.signal.throwIfAborted();

  const app = startProcess(settings, {
    title: "app",
    source: "lib/commands/server.ts",
    args: settings.isDev ? ["--dev"] : [],
    environment,
    isVerbose: settings.isDev,
  });
  shutdown.defer(app.stop);
  shutdown.endWhen(app.failed);
  await step("App and worker", () => app.ready);

  const content = presentDemoFile(settings, databases.app, secrets, seeded);
  writeSecretJsonFile(demoFile, content);
  return content;
}

/** Prints a step when it starts, and how long it took when it is done. */
async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  console.log(`  … ${title}`);
  const startedAt = performance.now();
  const result = await work();
  console.log(`  ✔ ${title} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return result;
}

/** Checks the ports before a minute is spent on the build. The servers check again when they listen. */
async function assertPortsAreFree({ port, sandboxPort }: DemoSettings): Promise<void> {
  for (const [name, wanted] of [
    ["PORT", port],
    ["SANDBOX_PORT", sandboxPort],
  ] as const) {
    if (!(await isPortFree(wanted))) {
      throw new DemoError(`Port ${wanted} is not available. Set ${name} to another port.`);
    }
  }
}

/** Waits up to three seconds, because an orphan that was just killed can hold its port a moment longer. */
async function isPortFree(port: number): Promise<boolean> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    if ((await getPort({ port })) === port) return true;
    await sleep(300);
  }
  return false;
}

/** Builds for production when the sources have changed. In development, generates only what Next does not build itself. */
async function prepareBuild({ root, isDev }: DemoSettings, signal: AbortSignal): Promise<void> {
  if (isDev) {
    const { generatePrismaClient } = await import("../build/prisma-client");
    const { copyReferenceRenderer } = await import("../build/reference-renderer");
    await step("Prisma client", async () => generatePrismaClient(root));
    copyReferenceRenderer(root);
    return;
  }
  const { buildForProduction, isBuildCurrent } = await import("../build/production-build");
  if (isBuildCurrent(root)) return;
  await step("Production build (only when the sources have changed)", async () => {
    try {
      await buildForProduction(root, { isQuiet: true, signal });
    } catch (error) {
      throw new DemoError(error instanceof Error ? error.message : String(error));
    }
  });
}

async function migrate(databaseUrl: string): Promise<void> {
  const { applyMigrations } = await import("@/lib/platform/migrations");
  try {
    await applyMigrations({ databaseUrl });
  } catch (error) {
    throw new DemoError(`The migrations failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The folder is readable by others, because Postgres may run as another user. Every file with secrets has mode 0600. */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new DemoError(`The data folder ${dataDir} could not be created: ${(error as Error).message}`);
  }
}
