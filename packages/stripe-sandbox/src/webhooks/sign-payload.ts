import { createHmac } from "node:crypto";

/**
 * Returns the `Stripe-Signature` header of a payload: a timestamp and one `v1` per secret.
 *
 * @param timestamp Unix seconds of real time, because the receiver compares it with its own clock
 */
export function signPayload(payload: string, secrets: readonly string[], timestamp: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex")}`,
  );
  return [`t=${timestamp}`, ...signatures].join(",");
}

/** Private data of an endpoint. While a secret is being rolled, both the new and the old one sign. */
export interface EndpointSecrets extends Record<string, unknown> {
  secrets: string[];
  /** Earlier secrets that still sign, until the given Unix second. */
  retiring?: { secret: string; endsAt: number }[];
  /** Created from the sandbox's options, not through the API. */
  configured: boolean;
  /** The secret in the options at the last start; a secret rolled since then survives a restart. */
  configuredSecret?: string;
}

/** Returns the secrets that sign now, newest first. */
export function signingSecrets({ secrets, retiring = [] }: EndpointSecrets, now: number): string[] {
  return [...secrets, ...retiring.filter(({ endsAt }) => endsAt > now).map(({ secret }) => secret)];
}
