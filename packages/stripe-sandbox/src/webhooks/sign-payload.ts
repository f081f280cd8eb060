import { createHmac } from "node:crypto";

/**
 * The `Stripe-Signature` header of a payload: a time and one `v1` for each secret, as while a secret is rolled.
 *
 * @param timestamp Unix seconds of real time, because the receiver compares it with its own clock
 */
export function signPayload(payload: string, secrets: readonly string[], timestamp: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex")}`,
  );
  return [`t=${timestamp}`, ...signatures].join(",");
}

/** What is private about an endpoint. While a secret is rolled, both the new and the old one sign. */
export interface EndpointSecrets extends Record<string, unknown> {
  secrets: string[];
  /** Earlier secrets that still sign, until the given Unix second. */
  retiring?: { secret: string; endsAt: number }[];
  /** Made from the configuration, not through the API. */
  configured: boolean;
  /** What the configuration said last; a secret that was rolled since outlives a restart. */
  configuredSecret?: string;
}

/** The secrets that sign now, the newest first. */
export function signingSecrets({ secrets, retiring = [] }: EndpointSecrets, now: number): string[] {
  return [...secrets, ...retiring.filter(({ endsAt }) => endsAt > now).map(({ secret }) => secret)];
}
