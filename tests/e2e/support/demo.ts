import { readFileSync } from "node:fs";

/** Where the `demo.json` of each running demo lies, as a list in JSON. */
export const DEMO_FILES_VARIABLE = "BRIM_E2E_DEMO_FILES";

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

/** The demo that this worker has for itself: its tests may hold events back or take Stripe away. */
export function demo(): Demo {
  return JSON.parse(readFileSync(demoFile(), "utf8")) as Demo;
}

/** That demo's `demo.json`, in its data folder. */
export function demoFile(): string {
  const files = JSON.parse(process.env[DEMO_FILES_VARIABLE] ?? "[]") as string[];
  const file = files[Number(process.env.TEST_PARALLEL_INDEX)];
  if (!file) throw new Error("The demos are started by Playwright's global setup, one for each worker.");
  return file;
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
