import { join } from "node:path";
import type { DemoSecrets } from "./secrets";
import { DemoError, type DemoSettings } from "./settings";

/** The content of `demo.json`: all that a program needs to use the demo. */
export interface DemoFile {
  appUrl: string;
  sandboxUrl: string;
  stripeSecretKey: string;
  webhookSecret: string;
  databaseUrl: string;
  customerId: string;
  customerApiKey: string;
  operatorApiKey: string;
  otherCustomerId: string;
  otherCustomerApiKey: string;
  userEmail: string;
  userPassword: string;
}

/** Puts together what we chose and what the seed answered. */
export function presentDemoFile(
  settings: DemoSettings,
  databaseUrl: string,
  secrets: DemoSecrets,
  seeded: unknown,
): DemoFile {
  const answer = (name: string): string => {
    const value = (seeded as Record<string, unknown>)[name];
    if (typeof value !== "string") throw new DemoError(`The seed did not answer with ${name}.`);
    return value;
  };
  return {
    appUrl: settings.appUrl,
    sandboxUrl: settings.sandboxUrl,
    stripeSecretKey: secrets.stripeSecretKey,
    webhookSecret: secrets.webhookSecret,
    databaseUrl,
    customerId: answer("customerId"),
    customerApiKey: answer("customerApiKey"),
    operatorApiKey: answer("operatorApiKey"),
    otherCustomerId: answer("otherCustomerId"),
    otherCustomerApiKey: answer("otherCustomerApiKey"),
    userEmail: answer("userEmail"),
    userPassword: secrets.userPassword,
  };
}

/** What a person wants to know next. */
export function printSummary({ dataDir }: DemoSettings, demo: DemoFile): void {
  console.log(`
Brim is ready.

  Open       ${demo.appUrl}/billing
  Sign in    ${demo.userEmail}   password ${demo.userPassword}
  Stripe     ${demo.sandboxUrl}   (a sandbox: no real money, no account)
  Keys       ${join(dataDir, "demo.json")}

  curl -s ${demo.appUrl}/api/v1/billing/balance -H "Authorization: Bearer ${demo.customerApiKey}"

Ctrl-C stops everything. The data stay.
`);
}
