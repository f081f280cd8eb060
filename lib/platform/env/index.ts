import type { z } from "zod";
import { type Env, envSchema } from "./schema";

export { type Env, envSchema } from "./schema";

/** What `.env.example` has in place of a secret. Everybody knows it, so it must not sign anything. */
const PLACEHOLDER = "replace_me";

/** Kept on globalThis because the module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimEnv?: Env };

/** The environment is not fit to start with; `problems` has a line for each name. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(["The settings are not complete:", ...problems.map((problem) => `  ${problem}`)].join("\n"));
  }
}

/**
 * The settings. Read at the first call and not at import, because `next build` must pass without secrets.
 *
 * @throws EnvironmentError naming every setting that is wrong, at once
 */
export function env(): Env {
  if (!shared.brimEnv) {
    shared.brimEnv = readEnv(process.env);
    // next-auth takes its own address from this variable alone; it must be the one that all our addresses are built from.
    process.env.NEXTAUTH_URL = shared.brimEnv.APP_URL;
  }
  return shared.brimEnv;
}

/**
 * Where the database is, for programs that need nothing else.
 *
 * @throws EnvironmentError naming what is wrong of it
 */
export function databaseEnv(): Pick<Env, keyof typeof DATABASE_SETTINGS> {
  return shared.brimEnv ?? read(envSchema.pick(DATABASE_SETTINGS), process.env);
}

const DATABASE_SETTINGS = {
  DATABASE_URL: true,
  DATABASE_POOL_MAX: true,
  DATABASE_QUERY_TIMEOUT_MS: true,
} as const;

/** Checks one environment. Pure, so that a test can try any. */
export function readEnv(source: Record<string, string | undefined>): Env {
  return read(envSchema, source);
}

type Fields = Partial<typeof envSchema.shape>;

/** Settings of which one is nothing without the other. */
const PAIRS = [
  ["SMTP_URL", "MAIL_FROM"],
  ["GITHUB_ID", "GITHUB_SECRET"],
  ["GOOGLE_ID", "GOOGLE_SECRET"],
] as const satisfies (readonly (keyof Env)[])[];

/**
 * Reads the settings that a schema names, each by itself: one that is wrong must not hide what is wrong with the others.
 *
 * @throws EnvironmentError naming every setting that is wrong
 */
function read<T extends Fields>(
  schema: z.ZodObject<T>,
  source: Record<string, string | undefined>,
): z.output<z.ZodObject<T>> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const text = source[name] === "" ? undefined : source[name];
    const outside = text === undefined ? null : wrapping(text);
    const result = field.safeParse(text);
    if (outside !== null) problems.push(`${name} ${outside}`);
    else if (result.success) values[name] = result.data;
    else if (text === undefined) problems.push(`${name} is missing`);
    else problems.push(...new Set(result.error.issues.map(({ message }) => `${name} ${message}`)));
  }
  for (const pair of PAIRS) {
    const missing = pair.find((name) => !source[name]);
    const present = pair.find((name) => source[name]);
    if (missing && present && missing in schema.shape) {
      problems.push(`${missing} is missing: ${present} does not work without it`);
    }
  }
  problems.push(...crossChecks(values as Partial<Env>));
  if (problems.length > 0) throw new EnvironmentError(problems);
  return values as z.output<z.ZodObject<T>>;
}

/** What does not belong to a value, but came along when it was copied or written to a file. Null when nothing did. */
function wrapping(text: string): string | null {
  if (/^(["'`]).*\1$/s.test(text)) return "has quotation marks around it: leave them out";
  if (text !== text.trim()) return "begins or ends with a blank or a line break";
  if (/\p{Cc}/u.test(text)) return "contains a control character";
  return null;
}

/** What is wrong with settings together. Those that are wrong by themselves are missing here. */
function crossChecks(env: Partial<Env>): string[] {
  const problems = Object.entries(env)
    .filter(([, value]) => String(value).includes(PLACEHOLDER))
    .map(([name]) => `${name} still has the value of .env.example`);
  const isLive = env.STRIPE_SECRET_KEY !== undefined && isLiveKey(env.STRIPE_SECRET_KEY);
  if (env.STRIPE_API_BASE && isLive)
    problems.push("STRIPE_API_BASE must not be set together with a live key");
  if (env.OAUTH_API_BASE && isLive) problems.push("OAUTH_API_BASE must not be set together with a live key");
  if (
    env.STRIPE_PUBLISHABLE_KEY &&
    env.STRIPE_SECRET_KEY &&
    isLiveKey(env.STRIPE_PUBLISHABLE_KEY) !== isLive
  ) {
    problems.push("STRIPE_PUBLISHABLE_KEY and STRIPE_SECRET_KEY must be of the same mode");
  }
  if (env.BRIM_DEMO && isLive) {
    problems.push("BRIM_DEMO has a password sign-in and must not be used with a live key");
  }
  return problems;
}

/** Whether a key of Stripe's moves real money. */
export function isLiveKey(key: string): boolean {
  return /^(sk|rk|pk)_live_/.test(key);
}

/** Whether we are connected to Stripe's live mode. Rows of the other mode are never touched. */
export function livemode(): boolean {
  return isLiveKey(env().STRIPE_SECRET_KEY);
}
