import { join } from "node:path";
import type { DemoSecrets } from "./secrets";
import { DemoError, type DemoSettings } from "./settings";

/** The content of `demo.json`: everything that a program needs to use the demo. */
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

/** Builds the content of `demo.json` from the settings and the reply of the seed. */
export function presentDemoFile(
  settings: DemoSettings,
  databaseUrl: string,
  secrets: DemoSecrets,
  seeded: unknown,
): DemoFile {
  const replied = (name: string): string => {
    const value = (seeded as Record<string, unknown>)[name];
    if (typeof value !== "string") throw new DemoError(`The seed did not return ${name}.`);
    return value;
  };
  return {
    appUrl: settings.appUrl,
    sandboxUrl: settings.sandboxUrl,
    stripeSecretKey: secrets.stripeSecretKey,
    webhookSecret: secrets.webhookSecret,
    databaseUrl,
    customerId: replied("customerId"),
    customerApiKey: replied("customerApiKey"),
    operatorApiKey: replied("operatorApiKey"),
    otherCustomerId: replied("otherCustomerId"),
    otherCustomerApiKey: replied("otherCustomerApiKey"),
    userEmail: replied("userEmail"),
    userPassword: secrets.userPassword,
  };
}

/** Prints where to go next. */
export function printSummary({ dataDir }: DemoSettings, demo: DemoFile): void {
  console.log(`
Brim is ready.

  Open       ${demo.appUrl}/billing
  Sign in    ${demo.userEmail}   password ${demo.userPassword}
  Emails     ${demo.appUrl}/outbox   (nothing is sent)
  Stripe     ${demo.sandboxUrl}   (a sandbox: no real money, no account)
  Keys       ${join(dataDir, "demo.json")}

  curl -s ${demo.appUrl}/api/v1/billing/balance -H "Authorization: Bearer ${demo.customerApiKey}"

Ctrl-C stops everything. The data is kept.
`);
}
