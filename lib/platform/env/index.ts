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
export function databaseEnv(): Pick<Env, "DATABASE_URL" | "DATABASE_POOL_MAX"> {
  return (
    shared.brimEnv ?? check(envSchema.pick({ DATABASE_URL: true, DATABASE_POOL_MAX: true }), process.env)
  );
}

/** Checks one environment. Pure, so that a test can try any. */
export function readEnv(source: Record<string, string | undefined>): Env {
  const env = check(envSchema, source);
  const problems = crossChecks(env);
  if (problems.length > 0) throw new EnvironmentError(problems);
  return env;
}

function check<T>(schema: z.ZodType<T>, source: Record<string, string | undefined>): T {
  const filled = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const result = schema.safeParse(filled);
  if (!result.success) throw new EnvironmentError(result.error.issues.map(describe));
  return result.data;

  function describe(issue: { path: PropertyKey[]; message: string }): string {
    const name = String(issue.path[0]);
    return filled[name] === undefined ? `${name} is missing` : `${name} ${issue.message}`;
  }
}

function crossChecks(env: Env): string[] {
  const problems = Object.entries(env)
    .filter(([, value]) => String(value).includes(PLACEHOLDER))
    .map(([name]) => `${name} still has the value of .env.example`);
  if (env.STRIPE_API_BASE && isLiveKey(env.STRIPE_SECRET_KEY)) {
    problems.push("STRIPE_API_BASE must not be set together with a live key");
  }
  if (
    env.STRIPE_PUBLISHABLE_KEY &&
    isLiveKey(env.STRIPE_PUBLISHABLE_KEY) !== isLiveKey(env.STRIPE_SECRET_KEY)
  ) {
    problems.push("STRIPE_PUBLISHABLE_KEY and STRIPE_SECRET_KEY must be of the same mode");
  }
  if (env.BRIM_DEMO && isLiveKey(env.STRIPE_SECRET_KEY)) {
    problems.push("BRIM_DEMO has a password sign-in and must not be used with a live key");
  }
  if (env.SMTP_URL && !env.MAIL_FROM) problems.push("MAIL_FROM is missing: SMTP_URL needs a sender");
  for (const name of ["GITHUB", "GOOGLE"] as const) {
    if (Boolean(env[`${name}_ID`]) !== Boolean(env[`${name}_SECRET`])) {
      problems.push(`${name}_ID and ${name}_SECRET must be set together`);
    }
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
