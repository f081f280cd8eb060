import { expect, it } from "vitest";
import { readEnv } from "@/lib/platform/env";

const PRODUCTION = {
  APP_URL: "https://billing.example.com",
  DATABASE_URL: "postgresql://brim@localhost/brim",
  STRIPE_SECRET_KEY: "sk_test_abc",
  STRIPE_WEBHOOK_SECRET: "whsec_a",
  NEXTAUTH_SECRET: "x".repeat(32),
};

const DEMO = { BRIM_DEMO: "1", HOST: "localhost", MAIL_OUTBOX: "1" };

it.each([
  [{ BRIM_DEMO: "" }, "requires BRIM_DEMO"],
  [{ HOST: "" }, "HOST must be localhost"],
  [{ HOST: "0.0.0.0" }, "HOST must be localhost"],
  [{ HOST: "localhost.example.com" }, "HOST must be localhost"],
  [{ SMTP_URL: "smtp://localhost", MAIL_FROM: "a@example.com" }, "together with SMTP_URL"],
  [{ STRIPE_SECRET_KEY: "sk_live_abc" }, "must not be used with a live key"],
])("the outbox is refused with %j", (difference, reason) => {
  expect(() => readEnv({ ...PRODUCTION, ...DEMO, ...difference })).toThrow(reason);
});

it.each(["localhost", "127.0.0.1", "::1"])("the demo has an outbox on %s", (HOST) => {
  expect(readEnv({ ...PRODUCTION, ...DEMO, HOST }).MAIL_OUTBOX).toBe(true);
});
