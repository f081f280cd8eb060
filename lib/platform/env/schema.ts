import { isIP } from "node:net";
import { z } from "zod";
import { parseEmail } from "@/lib/platform/email-address";
import { DatabaseAddressError, parseDatabaseAddress } from "@/lib/platform/postgres";

const FLAGS = ["true", "false", "1", "0", "on", "off"] as const;

const flag = (fallback: boolean) =>
  z
    .enum(FLAGS, { error: "must be true or false" })
    .default(fallback ? "true" : "false")
    .transform((text) => ["true", "1", "on"].includes(text));

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(", ")}` });

/** A whole number in decimal digits. `Number` would also accept `0x10`, `1e3` and whitespace. */
const wholeNumber = (what: string, { min, max, fallback }: { min: number; max: number; fallback: number }) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be ${what}, a whole number`)
    .transform(Number)
    .pipe(z.int().min(min, `must be ${what}, at least ${min}`).max(max, `must be ${what}, at most ${max}`))
    .default(fallback);

const requestsPerMinute = (fallback: number) =>
  wholeNumber("a number of requests a minute", { min: 1, max: 10_000_000, fallback });

/** Returns undefined when the text is not a URL. */
const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

/** The origin of a server. A path would be ignored, so it is refused. */
const serverAddress = z
  .string()
  .superRefine((text, context) => {
    const url = parseUrl(text);
    const problems =
      url && /^https?:$/.test(url.protocol) && url.hostname
        ? [
            ...(url.username || url.password ? ["must not contain a user name or password"] : []),
            ...(url.pathname !== "/" ? [`must not have a path. Use ${url.origin}`] : []),
            ...(/[?#]/.test(text) ? [`must not have a query or fragment. Use ${url.origin}`] : []),
          ]
        : ["must be an http:// or https:// URL"];
    for (const message of problems) context.addIssue({ code: "custom", message });
  })
  .transform((text) => parseUrl(text)?.origin ?? text);

const host = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/.test(text),
    "must be an IP address or a host name, without brackets or a port",
  );

/** The URL of a mail server, with nodemailer's options in the query. */
const smtpAddress = z.string().refine((text) => {
  const url = parseUrl(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || !url.hostname) return false;
  return (url.pathname === "" || url.pathname === "/") && !text.includes("#") && isPercentEncoded(url);
}, "must be an address such as smtp://user:password@mail.example.com:587, with special characters in the password percent-encoded");

function isPercentEncoded({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const sender = z
  .string()
  .refine(
    (text) => parseEmail(/^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text) !== null,
    "must be an e-mail address, such as billing@example.com or Billing <billing@example.com>",
  );

/** Issued by another service: visible characters without whitespace. */
const credential = z.string().regex(/^[\x21-\x7e]+$/, "must not contain whitespace");

/**
 * What Stripe takes as the suffix of a statement descriptor.
 * @see https://docs.stripe.com/get-started/account/statement-descriptors
 */
const statementSuffix = z
  .string()
  .max(22, "must have at most 22 characters")
  .regex(/^[ -~]*$/, "must have Latin characters only, without accents")
  .regex(/^[^<>\\'"*]*$/, `must not contain < > \\ ' " *`)
  .regex(/[A-Za-z]/, "must contain a letter");

const mailsPerHour = (fallback: number) =>
  wholeNumber("a number of e-mails an hour", { min: 1, max: 1_000_000, fallback });

/** Every setting of Brim. `.env.example` explains each one. */
export const envSchema = z.object({
  APP_URL: serverAddress,
  DATABASE_URL: z.string().superRefine((url, context) => {
    try {
      parseDatabaseAddress(url);
    } catch (error) {
      if (!(error instanceof DatabaseAddressError)) throw error;
      for (const message of error.problems) context.addIssue({ code: "custom", message });
    }
  }),
  // The worker uses two connections of its own to listen.
  DATABASE_POOL_MAX: wholeNumber("a number of connections", { min: 4, max: 500, fallback: 20 }),
  DATABASE_QUERY_TIMEOUT_MS: wholeNumber("a number of milliseconds", {
    min: 500,
    max: 60_000,
    fallback: 10_000,
  }),

  STRIPE_SECRET_KEY: z.string().regex(/^(sk|rk)_(test|live)_\w+$/, "must be a secret key (sk_… or rk_…)"),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((list) => list.split(",").map((secret) => secret.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(/^whsec_[\w+/=-]+$/, "must be a signing secret (whsec_…), or several separated by commas"),
      ),
    ),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_\w+$/, "must be a publishable key (pk_…)")
    .optional(),
  STRIPE_API_BASE: serverAddress.optional(),
  STRIPE_TIMEOUT_MS: wholeNumber("a number of milliseconds", { min: 500, max: 120_000, fallback: 20_000 }),
  STRIPE_LOOK_UPS_PER_SECOND: wholeNumber("a number of calls a second", { min: 1, max: 100, fallback: 5 }),
  STRIPE_TAX_CODE: z
    .string()
    .regex(/^txcd_\d{8}$/, "must look like txcd_10000000")
    .default("txcd_10000000"),
  STRIPE_AUTOMATIC_TAX: flag(true),
  STRIPE_ADAPTIVE_PRICING: flag(true),
  STRIPE_INVOICES: flag(true),
  STRIPE_STATEMENT_SUFFIX: statementSuffix.optional(),
  STRIPE_PORTAL_CONFIGURATION: z
    .string()
    .regex(/^bpc_\w+$/, "must be the id of a portal configuration (bpc_…)")
    .optional(),

  FREEZE_ON_DISPUTE: flag(false),
  REFUND_ON_FRAUD_WARNING: choice(["off", "full"]).default("off"),
  CUSTOMER_REFUNDS: z
    .string()
    .regex(/^(off|[1-9]\d{0,3})$/, "must be off, or a number of hours from 1 to 9999")
    .transform((text) => (text === "off" ? null : Number(text)))
    .default(null),

  SUPPORT_URL: z
    .string()
    .refine(
      (text) => /^(https?|mailto):$/.test(parseUrl(text)?.protocol ?? ""),
      "must be an https:// or mailto: address where customers reach you",
    )
    .optional(),
  AUTO_TOPUP_COOLDOWN_MINUTES: wholeNumber("a number of minutes", { min: 1, max: 1_440, fallback: 10 }),

  NEXTAUTH_SECRET: z.string().min(32, "must have at least 32 characters"),
  SIGNUP: choice(["open", "closed"]).default("closed"),
  SMTP_URL: smtpAddress.optional(),
  MAIL_FROM: sender.optional(),
  MAIL_OUTBOX: flag(false),
  OPERATOR_ADDRESS: z
    .string()
    .max(300, "must have at most 300 characters")
    .regex(/^[^\r\n]*$/, "must be one line")
    .optional(),
  TOP_UP_RECEIPTS: flag(true),
  GITHUB_ID: credential.optional(),
  GITHUB_SECRET: credential.optional(),
  GOOGLE_ID: credential.optional(),
  GOOGLE_SECRET: credential.optional(),
  OAUTH_API_BASE: serverAddress.optional(),

  RATE_LIMIT_READS: requestsPerMinute(600),
  RATE_LIMIT_WRITES: requestsPerMinute(120),
  RATE_LIMIT_USAGE: requestsPerMinute(60_000),
  RATE_LIMIT_FAILED_KEYS: requestsPerMinute(60),
  RATE_LIMIT_SIGN_IN: requestsPerMinute(10),
  RATE_LIMIT_MAIL_RECIPIENT: mailsPerHour(5),
  RATE_LIMIT_MAIL_SENDER: mailsPerHour(30),
  RATE_LIMIT_STORE: choice(["memory", "postgres"]).default("memory"),
  TRUST_PROXY: wholeNumber("the number of proxies in front of Brim", { min: 0, max: 10, fallback: 0 }),

  BRIM_DEMO: flag(false),
  BRIM_WORKER: flag(true),
  LOG_LEVEL: choice(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),

  PORT: wholeNumber("a port number", { min: 0, max: 65_535, fallback: 3000 }),
  HOST: host.default("0.0.0.0"),
});

export type Env = z.output<typeof envSchema>;
