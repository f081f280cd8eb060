import { timingSafeEqual } from "node:crypto";
import { StripeError } from "./stripe-error";

/**
 * Accepts the sandbox's secret key as Bearer token or as the user name of Basic authentication.
 *
 * @throws StripeError 401, also for live keys
 */
export function authenticate(header: string | undefined, secretKey: string): void {
  const key = header && readKey(header);
  if (!key) {
    throw refuse(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (/^(sk|rk)_live_/.test(key)) {
    throw refuse("This is a sandbox without real money: live mode keys are refused.");
  }
  if (!sameText(key, secretKey)) throw refuse(`Invalid API Key provided: ${masked(key)}`);
}

function refuse(message: string): StripeError {
  return new StripeError(401, { type: "invalid_request_error", message });
}

function readKey(header: string): string | undefined {
  const [scheme = "", value = ""] = header.trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return undefined;
  return Buffer.from(value, "base64").toString("utf8").split(":")[0];
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function masked(key: string): string {
  return key.length <= 12
    ? "*".repeat(key.length)
    : `${key.slice(0, 8)}${"*".repeat(key.length - 12)}${key.slice(-4)}`;
}
