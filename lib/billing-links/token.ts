import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, to be written into an address. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** All that is stored of a token. SHA-256 is enough: it has more entropy than any guess can cover. */
export function tokenHash(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(token).digest());
}
