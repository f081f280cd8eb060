import { envSchema } from "@/lib/platform/env";
import type { DemoDatabases } from "./databases";
import type { DemoSecrets } from "./secrets";
import type { DemoSettings } from "./settings";

/** What the app and the seed are told. The sandbox plays Stripe, so a real key in the shell must not get in. */
export function appEnvironment(
  settings: DemoSettings,
  databases: DemoDatabases,
  secrets: DemoSecrets,
): Record<string, string> {
  return {
    ...shieldFromDotEnv(),
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
  };
}

/** What the sandbox is told. */
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

/** An empty value counts as not set and is not replaced from a `.env` file that is meant for production. */
function shieldFromDotEnv(): Record<string, string> {
  return Object.fromEntries(Object.keys(envSchema.shape).map((name) => [name, process.env[name] ?? ""]));
}
