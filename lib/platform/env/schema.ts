import { z } from "zod";

const flag = (fallback: boolean) =>
  z
    .enum(["true", "false", "1", "0", "on", "off"])
    .default(fallback ? "true" : "false")
    .transform((text) => ["true", "1", "on"].includes(text));

const httpUrl = z.url({ protocol: /^https?$/, message: "must be an http(s) address" });

const requestsPerMinute = (fallback: number) =>
  z.coerce
    .number({ error: "must be a number of requests a minute" })
    .int()
    .min(1)
    .max(10_000_000)
    .default(fallback);

/** Everything that Brim can be told from outside. `.env.example` explains each name. */
export const envSchema = z.object({
  APP_URL: httpUrl.transform((url) => url.replace(/\/+$/, "")),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// address"),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(500).default(20),

  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_\w+$/, "must be a secret key (sk_… or rk_…)"),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((list) => list.split(",").map((secret) => secret.trim()))
    .pipe(z.array(z.string().startsWith("whsec_", "each secret must start with whsec_")).min(1)),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_\w+$/)
    .optional(),
  STRIPE_API_BASE: httpUrl.optional(),
  STRIPE_TAX_CODE: z
    .string()
    .regex(/^txcd_\d{8}$/, "must look like txcd_10000000")
    .default("txcd_10000000"),
  STRIPE_AUTOMATIC_TAX: flag(true),
  STRIPE_ADAPTIVE_PRICING: flag(true),
  STRIPE_INVOICES: flag(true),
  STRIPE_STATEMENT_SUFFIX: z.string().max(22).optional(),
  STRIPE_PORTAL_CONFIGURATION: z
    .string()
    .regex(/^bpc_\w+$/, "must be the id of a portal configuration (bpc_…)")
    .optional(),

  NEXTAUTH_SECRET: z.string().min(32, "must have at least 32 characters"),
  SIGNUP: z.enum(["open", "closed"]).default("closed"),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, "must be an smtp:// address")
    .optional(),
  MAIL_FROM: z.string().optional(),
  GITHUB_ID: z.string().optional(),
  GITHUB_SECRET: z.string().optional(),
  GOOGLE_ID: z.string().optional(),
  GOOGLE_SECRET: z.string().optional(),

  RATE_LIMIT_READS: requestsPerMinute(600),
  RATE_LIMIT_WRITES: requestsPerMinute(120),
  RATE_LIMIT_USAGE: requestsPerMinute(60_000),
  RATE_LIMIT_FAILED_KEYS: requestsPerMinute(60),
  RATE_LIMIT_SIGN_IN: requestsPerMinute(10),
  RATE_LIMIT_STORE: z.enum(["memory", "postgres"]).default("memory"),
  TRUST_PROXY: z.coerce
    .number({ error: "must be the number of proxies in front of Brim" })
    .int()
    .min(0)
    .max(10)
    .default(0),

  BRIM_DEMO: flag(false),
  BRIM_WORKER: flag(true),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

/** The settings, read and checked. */
export type Env = z.output<typeof envSchema>;
