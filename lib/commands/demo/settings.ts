import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** A failure that the user can fix. It is printed as one line, without a stack. */
export class DemoError extends Error {}

export interface DemoSettings {
  root: string;
  dataDir: string;
  isDev: boolean;
  port: number;
  sandboxPort: number;
  /** A Postgres to use instead of the embedded one. */
  databaseUrl: string | null;
  appUrl: string;
  sandboxUrl: string;
}

/**
 * Reads the arguments and the environment.
 *
 * @throws DemoError naming an unknown argument or an invalid setting
 */
export function readSettings(argv: string[], environment: NodeJS.ProcessEnv): DemoSettings {
  const root = resolve(import.meta.dirname, "../../..");
  const isDev = readIsDev(argv);
  const port = readPort(environment, "PORT", 3000);
  const sandboxPort = readPort(environment, "SANDBOX_PORT", 12_111);
  if (port === sandboxPort) throw new DemoError("PORT and SANDBOX_PORT must differ.");
  const databaseUrl = environment.DATABASE_URL || null;
  if (databaseUrl && !isPostgresUrl(databaseUrl)) {
    throw new DemoError("DATABASE_URL must look like postgres://user:password@host:5432/brim.");
  }
  return {
    root,
    dataDir: resolve(root, environment.BRIM_DATA_DIR || ".data"),
    isDev,
    port,
    sandboxPort,
    databaseUrl,
    appUrl: `http://localhost:${port}`,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
  };
}

function readIsDev(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { dev: { type: "boolean", default: false } } }).values.dev;
  } catch {
    throw new DemoError(`Unknown arguments: ${args.join(" ")}. The only option is --dev.`);
  }
}

function readPort(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new DemoError(`${name} must be a port number, not "${text}".`);
}

function isPostgresUrl(text: string): boolean {
  try {
    const { protocol, pathname } = new URL(text);
    return /^postgres(ql)?:$/.test(protocol) && pathname.length > 1;
  } catch {
    return false;
  }
}
