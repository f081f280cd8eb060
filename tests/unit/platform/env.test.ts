import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { EnvironmentError, readEnv } from "@/lib/platform/env";

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
  it("takes a complete environment and fills in the rest", () => {
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

  it("names everything that is missing at once", () => {
    const problems = problemsOf({});

    for (const name of Object.keys(complete)) expect(problems).toContain(`${name} is missing`);
  });

  it.each([
    [{ STRIPE_SECRET_KEY: "sk_live_abc", STRIPE_API_BASE: "http://127.0.0.1:1" }, "STRIPE_API_BASE"],
    [{ STRIPE_SECRET_KEY: "rk_live_abc", BRIM_DEMO: "1" }, "BRIM_DEMO"],
    [{ STRIPE_PUBLISHABLE_KEY: "pk_live_abc" }, "STRIPE_PUBLISHABLE_KEY"],
    [{ SMTP_URL: "smtp://localhost" }, "MAIL_FROM"],
    [{ GITHUB_ID: "x" }, "GITHUB_SECRET"],
    [{ NEXTAUTH_SECRET: "short" }, "NEXTAUTH_SECRET"],
    [{ DATABASE_URL: "mysql://x" }, "DATABASE_URL"],
    [{ STRIPE_WEBHOOK_SECRET: "whsec_a,secret" }, "STRIPE_WEBHOOK_SECRET"],
  ])("refuses %j", (difference, name) => {
    expect(problemsOf({ ...complete, ...difference })).toContain(name);
  });

  it("refuses the secrets of .env.example, which everybody knows, and nothing else of it", () => {
    const problems = problemsOf(parseEnv(readFileSync(".env.example", "utf8")) as Record<string, string>);

    expect(
      [...problems.matchAll(/(\w+) still has the value of \.env\.example/g)].map(([, name]) => name),
    ).toEqual(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "NEXTAUTH_SECRET"]);
    expect(problems.split("\n")).toHaveLength(4);
  });

  it("treats an empty setting as one that is not set", () => {
    expect(readEnv({ ...complete, SMTP_URL: "" }).SMTP_URL).toBeUndefined();
  });
});
