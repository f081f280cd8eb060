import { closeDatabase } from "@/lib/platform/db";
import { createTestDatabase, type TestDatabase } from "./database";

/** Default settings of the code under test. */
const DEFAULTS = {
  APP_URL: "http://localhost:3000",
  STRIPE_SECRET_KEY: "sk_test_integration",
  STRIPE_WEBHOOK_SECRET: "whsec_integration",
  NEXTAUTH_SECRET: "a secret of at least thirty-two characters",
  LOG_LEVEL: "silent",
  // Tests of the look-up budget and of rate limits set their own.
  STRIPE_LOOK_UPS_PER_SECOND: "100",
  RATE_LIMIT_READS: "1000000",
  RATE_LIMIT_WRITES: "1000000",
  RATE_LIMIT_FAILED_KEYS: "1000000",
  RATE_LIMIT_SIGN_IN: "1000000",
  RATE_LIMIT_MAIL_RECIPIENT: "1000000",
  RATE_LIMIT_MAIL_SENDER: "1000000",
};

/** Sets the environment of this test file. Call it before the first call of the code under test. */
export function applySettings(settings: Record<string, string>): void {
  Object.assign(process.env, DEFAULTS, settings);
}

/** Changes settings while the code under test runs, as a restart with other settings would. */
export function changeSettings(settings: Record<string, string>): void {
  Object.assign(process.env, settings);
  Reflect.deleteProperty(globalThis, "brimEnv"); // read anew at its next use
}

/** Creates a migrated database for this test file. */
export function testDatabase(settings: Record<string, string> = {}) {
  let database: TestDatabase | undefined;
  const ready = createTestDatabase().then((created) => {
    database = created;
    applySettings({ DATABASE_URL: created.url, ...settings });
  });
  return {
    ready,
    async drop() {
      await closeDatabase();
      await database?.drop();
    },
  };
}
