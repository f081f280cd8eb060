import Stripe from "stripe";
import { env } from "@/lib/platform/env";

/** The version whose shapes we read. An endpoint or event of another one is only ever a hint to read again. */
export const STRIPE_API_VERSION = "2026-10-28.endive";

const shared = globalThis as typeof globalThis & { brimStripe?: Stripe };

/** The SDK, pointed at Stripe or, with STRIPE_API_BASE, at the sandbox. */
export function stripe(): Stripe {
  shared.brimStripe ??= createClient();
  return shared.brimStripe;
}

function createClient(): Stripe {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_BASE: base, STRIPE_TIMEOUT_MS } = env();
  return new Stripe(key, {
    apiVersion: STRIPE_API_VERSION,
    // Set, because the SDK's documented and real defaults differ. It does not retry a 429 by itself.
    maxNetworkRetries: 2,
    // For one try. `callStripe` ends them all when the time of the setting is over.
    timeout: STRIPE_TIMEOUT_MS / 2,
    // Its time limit is for the whole answer; that of Node's client begins anew with each piece that arrives.
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
    ...(base ? endpointOf(new URL(base)) : {}),
  });
}

function endpointOf(base: URL): { host: string; port: string; protocol: "http" | "https" } {
  const protocol = base.protocol === "https:" ? "https" : "http";
  return { protocol, host: base.hostname, port: base.port || (protocol === "https" ? "443" : "80") };
}
