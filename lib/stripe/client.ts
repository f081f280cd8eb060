import Stripe from "stripe";
import { env } from "@/lib/platform/env";
import { fetchInTurn } from "./look-up-budget";

/** The API version that we use. An event of another version is still useful, because it is only a hint to read again. */
export const STRIPE_API_VERSION = "2026-10-28.endive";

const shared = globalThis as typeof globalThis & { brimStripe?: Stripe };

/** Returns the SDK, which calls Stripe or, with STRIPE_API_BASE, the sandbox. */
export function stripe(): Stripe {
  shared.brimStripe ??= createClient();
  return shared.brimStripe;
}

function createClient(): Stripe {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_BASE: base, STRIPE_TIMEOUT_MS } = env();
  return new Stripe(key, {
    apiVersion: STRIPE_API_VERSION,
    // The SDK's documented default differs from its actual one. It does not retry a 429.
    maxNetworkRetries: 2,
    // For each try. `callStripe` enforces the setting for all of them.
    timeout: STRIPE_TIMEOUT_MS / 2,
    // Its timeout covers the whole response. The timeout of Node's client restarts with each chunk.
    httpClient: Stripe.createFetchHttpClient(fetchInTurn),
    telemetry: false,
    ...(base ? endpointOf(new URL(base)) : {}),
  });
}

function endpointOf(base: URL): { host: string; port: string; protocol: "http" | "https" } {
  const protocol = base.protocol === "https:" ? "https" : "http";
  return { protocol, host: base.hostname, port: base.port || (protocol === "https" ? "443" : "80") };
}
