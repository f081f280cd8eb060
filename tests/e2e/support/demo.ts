import { readFileSync } from "node:fs";

/** Where the running demo's `demo.json` lies. */
export const DEMO_FILE_VARIABLE = "BRIM_E2E_DEMO_FILE";

/** What the demo tells programs. */
export interface Demo {
  appUrl: string;
  sandboxUrl: string;
  stripeSecretKey: string;
  webhookSecret: string;
  databaseUrl: string;
  customerId: string;
  customerApiKey: string;
  otherCustomerId: string;
  otherCustomerApiKey: string;
  operatorApiKey: string;
  userEmail: string;
  userPassword: string;
}

/** The demo that the tests run against. */
export function demo(): Demo {
  const file = process.env[DEMO_FILE_VARIABLE];
  if (!file) throw new Error("The demo is started by Playwright's global setup.");
  return JSON.parse(readFileSync(file, "utf8")) as Demo;
}

/** Steers the demo's sandbox. */
export async function control(path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${demo().sandboxUrl}/_control${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Calls Brim's API as a program of the demo's first customer. */
export async function api(path: string, init: RequestInit = {}, key = demo().customerApiKey) {
  const response = await fetch(`${demo().appUrl}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...init.headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}
