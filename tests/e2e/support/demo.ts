import { readFileSync } from "node:fs";

/** Paths of the `demo.json` of each running demo, as a JSON array. */
export const DEMO_FILES_VARIABLE = "BRIM_E2E_DEMO_FILES";

/** Contents of `demo.json`. */
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

/** Returns this worker's own demo. Tests may hold back its events or break its connection to Stripe. */
export function demo(): Demo {
  return JSON.parse(readFileSync(demoFile(), "utf8")) as Demo;
}

/** Returns the path of this worker's `demo.json`, which is in the demo's data folder. */
export function demoFile(): string {
  const files = JSON.parse(process.env[DEMO_FILES_VARIABLE] ?? "[]") as string[];
  const file = files[Number(process.env.TEST_PARALLEL_INDEX)];
  if (!file) throw new Error("No demo is running. Playwright's global setup starts one per worker.");
  return file;
}

/** Calls the control API of the demo's sandbox. */
export async function control(path: string, body: unknown = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${demo().sandboxUrl}/_control${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Calls Brim's API with the key of the demo's first customer. */
export async function api(path: string, init: RequestInit = {}, key = demo().customerApiKey) {
  const response = await fetch(`${demo().appUrl}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...init.headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}
