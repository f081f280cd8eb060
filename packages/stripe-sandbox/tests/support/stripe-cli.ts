import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The path of the Stripe CLI; undefined on a platform without a published package. */
export function stripeCliPath(): string | undefined {
  try {
    const root = dirname(require.resolve(`@stripe/cli-${process.platform}-${process.arch}/package.json`));
    const path = join(root, "bin", process.platform === "win32" ? "stripe.exe" : "stripe");
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

export interface CliResult {
  exitCode: number;
  /** Its output, stdout and stderr. */
  output: string;
}

export interface StripeCli {
  run(...args: string[]): Promise<CliResult>;
  /** Runs a command that returns an object; throws if it fails. */
  json(...args: string[]): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** The published Stripe CLI, connected to a sandbox and without any settings of this machine. */
export async function startStripeCli(sandbox: { url: string; secretKey: string }): Promise<StripeCli> {
  const path = stripeCliPath();
  if (!path) throw new Error(`There is no Stripe command-line tool for ${process.platform}-${process.arch}.`);
  const home = await mkdtemp(join(tmpdir(), "stripe-cli-"));
  const run = (...args: string[]) =>
    new Promise<CliResult>((resolve) => {
      execFile(
        path,
        [...args, "--api-base", sandbox.url, "--api-key", sandbox.secretKey, "--color", "off"],
        {
          timeout: 25_000,
          env: {
            NODE_ENV: process.env.NODE_ENV,
            HOME: home,
            XDG_CONFIG_HOME: home,
            STRIPE_CLI_TELEMETRY_OPTOUT: "1",
            PATH: process.env.PATH,
          },
        },
        (error, stdout, stderr) => {
          const exitCode = typeof error?.code === "number" ? error.code : error ? 1 : 0;
          resolve({ exitCode, output: `${stdout}${stderr}` });
        },
      );
    });
  return {
    run,
    async json(...args) {
      const { exitCode, output } = await run(...args);
      if (exitCode !== 0) throw new Error(`stripe ${args.join(" ")}: ${output}`);
      // Before a deletion it prints a warning.
      return JSON.parse(output.slice(output.indexOf("{"))) as Record<string, unknown>;
    },
    stop: () => rm(home, { recursive: true, force: true }),
  };
}
