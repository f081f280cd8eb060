import { envSchema } from "@/lib/platform/env";
import type { DemoDatabases } from "./databases";
import type { DemoSecrets } from "./secrets";
import type { DemoSettings } from "./settings";

/** Returns the environment of the app and the seed. Overrides the Stripe settings of the shell, which may hold a real key. */
export function appEnvironment(
  settings: DemoSettings,
  databases: DemoDatabases,
  secrets: DemoSecrets,
): Record<string, string> {
  return {
    ...withoutDotEnv(),
    APP_URL: settings.appUrl,
    PORT: String(settings.port),
    HOST: "localhost",
    DATABASE_URL: databases.app,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.webhookSecret,
    STRIPE_PUBLISHABLE_KEY: "",
    STRIPE_API_BASE: settings.sandboxUrl,
    NEXTAUTH_SECRET: secrets.nextAuthSecret,
    NEXTAUTH_URL: settings.appUrl,
    NEXT_TELEMETRY_DISABLED: "1",
    SIGNUP: "open",
    BRIM_DEMO: "1",
    BRIM_WORKER: "on",
    SMTP_URL: "",
    MAIL_FROM: "",
    MAIL_OUTBOX: "1",
  };
}

/** Returns the environment of the sandbox. */
export function sandboxEnvironment(
  settings: DemoSettings,
  databases: DemoDatabases,
  secrets: DemoSecrets,
): Record<string, string> {
  return {
    SANDBOX_DATABASE_URL: databases.sandbox,
    SANDBOX_PORT: String(settings.sandboxPort),
    SANDBOX_SECRET_KEY: secrets.stripeSecretKey,
    SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${settings.port}/api/webhooks/stripe`,
    SANDBOX_WEBHOOK_SECRET: secrets.webhookSecret,
  };
}

/** Sets every other setting to an empty value, which counts as not set but keeps a `.env` file for production from setting it. */
function withoutDotEnv(): Record<string, string> {
  return Object.fromEntries(Object.keys(envSchema.shape).map((name) => [name, process.env[name] ?? ""]));
}
