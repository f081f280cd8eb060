import { HANDLERS } from "@/lib/stripe-events";
import { cpuSeconds, freePort, startProcess, stopProcess, untilReady } from "../http-load/processes";

/** The local Stripe in a process of its own. */
export interface StripeProcess {
  url: string;
  secretKey: string;
  /** Calls the control API and throws if it refuses. */
  control(path: string, body: object): Promise<void>;
  /** The CPU time that it has used, in seconds. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const SECRET_KEY = "sk_test_spendable";

/** Starts the local Stripe, which delivers the events that Brim handles. */
export async function startStripe(options: {
  databaseUrl: string;
  webhookUrl: string;
  webhookSecret: string;
}): Promise<StripeProcess> {
  const port = await freePort();
  const child = startProcess(
    ["--conditions=source", "--import", "tsx", "packages/stripe-sandbox/src/cli.ts"],
    {
      SANDBOX_DATABASE_URL: options.databaseUrl,
      SANDBOX_PORT: String(port),
      SANDBOX_SECRET_KEY: SECRET_KEY,
      SANDBOX_WEBHOOK_URL: options.webhookUrl,
      SANDBOX_WEBHOOK_SECRET: options.webhookSecret,
      SANDBOX_WEBHOOK_EVENTS: Object.keys(HANDLERS).join(","),
      SANDBOX_REDIRECT_WAIT_MS: "0",
    },
  );
  await untilReady(child, "The local Stripe");
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    secretKey: SECRET_KEY,
    async control(path, body) {
      const response = await fetch(`${url}/_control${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    },
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    stop: () => stopProcess(child),
  };
}
