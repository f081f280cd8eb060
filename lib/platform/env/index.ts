import type { z } from "zod";
import { type Env, envSchema } from "./schema";

export { type Env, envSchema } from "./schema";

/** The placeholder of secrets in `.env.example`. It is public, so it must not be used. */
const PLACEHOLDER = "replace_me";

/** Kept on globalThis because the module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimEnv?: Env };

/** The settings are invalid. `problems` has a line for each. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(["The settings are invalid:", ...problems.map((problem) => `  ${problem}`)].join("\n"));
  }
}

/**
 * Returns the settings. They are read at the first call and not at import, because `next build` must pass without secrets.
 *
 * @throws EnvironmentError listing every invalid setting
 */
export function env(): Env {
  if (!shared.brimEnv) {
    shared.brimEnv = readEnv(process.env);
    // next-auth reads its own URL only from this variable.
    process.env.NEXTAUTH_URL = shared.brimEnv.APP_URL;
  }
  return shared.brimEnv;
}

/**
 * Returns the database settings, for programs that need no others.
 *
 * @throws EnvironmentError listing every invalid setting
 */
export function databaseEnv(): Pick<Env, keyof typeof DATABASE_SETTINGS> {
  return shared.brimEnv ?? read(envSchema.pick(DATABASE_SETTINGS), process.env);
}

const DATABASE_SETTINGS = {
  DATABASE_URL: true,
  DATABASE_POOL_MAX: true,
  DATABASE_QUERY_TIMEOUT_MS: true,
} as const;

/** Parses the settings of any environment, for tests. */
export function readEnv(source: Record<string, string | undefined>): Env {
  return read(envSchema, source);
}

type Fields = Partial<typeof envSchema.shape>;

/** Settings that require each other. */
const PAIRS = [
  ["SMTP_URL", "MAIL_FROM"],
  ["GITHUB_ID", "GITHUB_SECRET"],
  ["GOOGLE_ID", "GOOGLE_SECRET"],
] as const satisfies (readonly (keyof Env)[])[];

/**
 * Parses each setting of a schema by itself, so that one problem does not hide the others.
 *
 * @throws EnvironmentError listing every invalid setting
 */
function read<T extends Fields>(
  schema: z.ZodObject<T>,
  source: Record<string, string | undefined>,
): z.output<z.ZodObject<T>> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const text = source[name] === "" ? undefined : source[name];
    const outside = text === undefined ? null : copyingMistake(text);
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

/** Describes characters that were copied along with a value by mistake. Returns null when there are none. */
function copyingMistake(text: string): string | null {
  if (/^(["'`]).*\1$/s.test(text)) return "has quotation marks around it. Remove them";
  if (text !== text.trim()) return "starts or ends with whitespace";
  if (/\p{Cc}/u.test(text)) return "contains a control character";
  return null;
}

/** Checks settings against each other. Those that are invalid by themselves are missing here. */
function crossChecks(env: Partial<Env>): string[] {
  const problems = Object.entries(env)
    .filter(([, value]) => String(value).includes(PLACEHOLDER))
    .map(([name]) => `${name} still has the placeholder of .env.example`);
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
    problems.push("BRIM_DEMO enables password sign-in and must not be used with a live key");
  }
  if (env.MAIL_OUTBOX) problems.push(...outboxProblems(env));
  return problems;
}

/** The outbox shows sign-in links to everyone who can open the page. */
function outboxProblems({ BRIM_DEMO, HOST, SMTP_URL }: Partial<Env>): string[] {
  return [
    ...(BRIM_DEMO ? [] : ["MAIL_OUTBOX shows every email to everyone and requires BRIM_DEMO"]),
    ...(HOST === undefined || /^(localhost|127(\.\d+){3}|::1)$/.test(HOST)
      ? []
      : ["MAIL_OUTBOX shows every email to everyone. HOST must be localhost"]),
    ...(SMTP_URL ? ["MAIL_OUTBOX must not be set together with SMTP_URL"] : []),
  ];
}

/** Whether a Stripe key is for live mode. */
export function isLiveKey(key: string): boolean {
  return /^(sk|rk|pk)_live_/.test(key);
}

/** Whether Stripe's live mode is used. Rows of the other mode are never touched. */
export function livemode(): boolean {
  return isLiveKey(env().STRIPE_SECRET_KEY);
}
