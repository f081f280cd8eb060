import { createHash, randomBytes } from "node:crypto";

/** Generates 256 random bits for a URL. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Returns the hash that is stored. SHA-256 is enough, because the token has too much entropy to guess. */
export function tokenHash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
