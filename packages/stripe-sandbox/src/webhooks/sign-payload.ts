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
