import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { EnvironmentError, envSchema, readEnv } from "@/lib/platform/env";

const complete = {
  APP_URL: "http://localhost:3000/",
  DATABASE_URL: "postgresql://brim@localhost/brim",
  STRIPE_SECRET_KEY: "sk_test_abc",
  STRIPE_WEBHOOK_SECRET: "whsec_a, whsec_b",
  NEXTAUTH_SECRET: "x".repeat(32),
};

function problemsOf(source: Record<string, string | undefined>): string {
  try {
    readEnv(source);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
}

describe("readEnv", () => {
  it("accepts a complete environment and fills in the defaults", () => {
    const env = readEnv(complete);

    expect(env).toMatchObject({
      APP_URL: "http://localhost:3000",
      STRIPE_WEBHOOK_SECRET: ["whsec_a", "whsec_b"],
      STRIPE_TAX_CODE: "txcd_10000000",
      SIGNUP: "closed",
      STRIPE_INVOICES: true,
      BRIM_DEMO: false,
    });
  });

  it("lists every missing setting", () => {
    const problems = problemsOf({});

    for (const name of Object.keys(complete)) expect(problems).toContain(`${name} is missing`);
  });

  it.each([
    [{ STRIPE_SECRET_KEY: "sk_live_abc", STRIPE_API_BASE: "http://127.0.0.1:1" }, "STRIPE_API_BASE"],
    [{ STRIPE_SECRET_KEY: "sk_live_abc", OAUTH_API_BASE: "http://127.0.0.1:1" }, "OAUTH_API_BASE"],
    [{ RATE_LIMIT_MAIL_RECIPIENT: "many" }, "RATE_LIMIT_MAIL_RECIPIENT"],
    [{ STRIPE_SECRET_KEY: "rk_live_abc", BRIM_DEMO: "1" }, "BRIM_DEMO"],
    [{ STRIPE_PUBLISHABLE_KEY: "pk_live_abc" }, "STRIPE_PUBLISHABLE_KEY"],
    [{ SMTP_URL: "smtp://localhost" }, "MAIL_FROM"],
    [{ GITHUB_ID: "x" }, "GITHUB_SECRET"],
    [{ NEXTAUTH_SECRET: "short" }, "NEXTAUTH_SECRET"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
    [{ STRIPE_WEBHOOK_SECRET: "whsec_a,secret" }, "STRIPE_WEBHOOK_SECRET"],
  ])("rejects %j", (difference, name) => {
    expect(problemsOf({ ...complete, ...difference })).toContain(name);
  });

  it.each([
    [
      "APP_URL",
      [
        "https://billing.example.com/app",
        "https://billing.example.com/?tenant=1",
        "https://billing.example.com?",
        "https://billing.example.com/#top",
        "https://user:secret@billing.example.com",
        "billing.example.com",
        "ftp://billing.example.com",
        "https://",
      ],
    ],
    ["STRIPE_API_BASE", ["http://127.0.0.1:12111/v1", "http://127.0.0.1:12111?x=1", "127.0.0.1:12111"]],
    [
      "STRIPE_STATEMENT_SUFFIX",
      ["TOP*UP <x>", "12345", "-", "TOP'UP", 'TOP"UP', "TOP\\UP", "x".repeat(23), "KÖLN", "ТОПАП"],
    ],
    ["STRIPE_WEBHOOK_SECRET", ["whsec_", "whsec_a b", "whsec_a,", "secret", ","]],
    ["STRIPE_SECRET_KEY", ["pk_test_abc", "sk_test_", "sk_test_a b"]],
    ["STRIPE_PUBLISHABLE_KEY", ["sk_test_abc", "pk_abc"]],
    ["STRIPE_TAX_CODE", ["txcd_1", "10000000", "TXCD_10000000"]],
    ["STRIPE_PORTAL_CONFIGURATION", ["bpc", "cus_123", "bpc_1/2"]],
    ["NEXTAUTH_SECRET", ["short", `${"x".repeat(16)}\n${"x".repeat(16)}`]],
    [
      "SMTP_URL",
      [
        "mail.example.com:587",
        "smtp://",
        "http://mail.example.com",
        "smtp://user:pa#ss@mail.example.com",
        "smtp://user:100%@mail.example.com",
        "smtp://mail.example.com/inbox",
        "smtp://mail.example.com:99999",
      ],
    ],
    ["MAIL_FROM", ["Billing", "billing@", "Billing <billing>", "a@example.com, b@example.com"]],
    ["GITHUB_ID", ["two words"]],
    ["PORT", ["http", "65536", "-1", "0x50", "3e3", "30.5"]],
    ["HOST", ["http://0.0.0.0", "0.0.0.0:3000", "[::]", "two words"]],
    ["TRUST_PROXY", ["true", "-1", "11", "1.5", "loopback"]],
    ["DATABASE_POOL_MAX", ["1", "501", "many", "0x10"]],
    ["RATE_LIMIT_READS", ["0", "-1", "1.5", "1e3", "unlimited", "10000001"]],
    ["RATE_LIMIT_WRITES", ["0"]],
    ["RATE_LIMIT_USAGE", ["0"]],
    ["RATE_LIMIT_FAILED_KEYS", ["0"]],
    ["RATE_LIMIT_SIGN_IN", ["0"]],
    ["RATE_LIMIT_STORE", ["redis"]],
    ["STRIPE_AUTOMATIC_TAX", ["yes", "TRUE", "2"]],
    ["BRIM_DEMO", ["yes"]],
    ["SIGNUP", ["on"]],
    ["LOG_LEVEL", ["verbose"]],
  ])("rejects an invalid %s", (name, values) => {
    for (const value of values) {
      // With the settings that it requires, so that nothing else is wrong.
      const around = { SMTP_URL: "smtp://localhost", MAIL_FROM: "a@example.com", GITHUB_SECRET: "x" };
      const problems = problemsOf({ ...complete, GITHUB_ID: "x", ...around, [name]: value });
      expect(problems.split("\n").slice(1), value).not.toEqual([]);
      for (const line of problems.split("\n").slice(1)) expect(line).toContain(`${name} `);
    }
  });

  it.each(Object.keys(envSchema.shape))("rejects %s with characters copied by mistake", (name) => {
    const value = (complete as Record<string, string>)[name] ?? "x";
    for (const wrapped of [`"${value}"`, `'${value}'`, ` ${value}`, `${value}\n`, `${value}\0`, " "]) {
      expect(problemsOf({ ...complete, [name]: wrapped }), JSON.stringify(wrapped)).toMatch(
        new RegExp(`${name} (has quotation marks|starts or ends|contains a control)`),
      );
    }
  });

  it.each([
    ["SMTP_URL", "smtp://localhost", "MAIL_FROM"],
    ["MAIL_FROM", "billing@example.com", "SMTP_URL"],
    ["GITHUB_ID", "x", "GITHUB_SECRET"],
    ["GITHUB_SECRET", "x", "GITHUB_ID"],
    ["GOOGLE_ID", "x", "GOOGLE_SECRET"],
    ["GOOGLE_SECRET", "x", "GOOGLE_ID"],
  ])("rejects %s alone", (name, value, missing) => {
    expect(problemsOf({ ...complete, [name]: value })).toContain(`${missing} is missing: ${name}`);
  });

  it("accepts the settings of real installations", () => {
    const settings = {
      APP_URL: "HTTPS://Billing.Example.com:443/",
      STRIPE_STATEMENT_SUFFIX: "TOP-UP 24/7",
      STRIPE_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=,whsec_b",
      SMTP_URL: "smtps://user%40example.com:p%23ss@[2001:db8::1]:465/?tls.rejectUnauthorized=false",
      MAIL_FROM: "Acme, Inc. Billing <billing+noreply@mail.example.com>",
      PORT: "8080",
      HOST: "::",
      TRUST_PROXY: "2",
      RATE_LIMIT_READS: "0600",
    };

    expect(readEnv({ ...complete, ...settings })).toMatchObject({
      APP_URL: "https://billing.example.com",
      PORT: 8080,
      TRUST_PROXY: 2,
      RATE_LIMIT_READS: 600,
    });
  });

  it("lists every missing, malformed and contradictory setting", () => {
    const problems = problemsOf({
      ...complete,
      DATABASE_URL: "",
      APP_URL: "https://user:pw@billing.example.com/app?x",
      STRIPE_SECRET_KEY: "sk_live_abc",
      STRIPE_STATEMENT_SUFFIX: "12345<",
      BRIM_DEMO: "1",
      PORT: "http",
      GITHUB_ID: "x",
    });

    for (const expected of [
      "DATABASE_URL is missing",
      "APP_URL must not contain a user name or password",
      "APP_URL must not have a path",
      "APP_URL must not have a query",
      "STRIPE_STATEMENT_SUFFIX must contain a letter",
      "STRIPE_STATEMENT_SUFFIX must not contain <",
      "BRIM_DEMO enables password sign-in",
      "PORT must be a port number",
      "GITHUB_SECRET is missing",
    ]) {
      expect(problems).toContain(expected);
    }
  });

  it("rejects only the placeholder secrets of .env.example", () => {
    const problems = problemsOf(parseEnv(readFileSync(".env.example", "utf8")) as Record<string, string>);

    expect(
      [...problems.matchAll(/(\w+) still has the placeholder of \.env\.example/g)].map(([, name]) => name),
    ).toEqual(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "NEXTAUTH_SECRET"]);
    expect(problems.split("\n")).toHaveLength(4);
  });

  it("treats an empty setting as not set", () => {
    expect(readEnv({ ...complete, SMTP_URL: "" }).SMTP_URL).toBeUndefined();
  });
});
