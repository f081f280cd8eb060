import { hash, randomBytes } from "node:crypto";

/** A secret is unlike any id: `brim_sk_`, eight characters that may be shown, and 40 that may not. */
const SECRET = /^brim_sk_[0-9A-Za-z]{48}$/;
const PREFIX_LENGTH = "brim_sk_".length + 8;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 48 random characters of 62: about 285 bits. */
export function newSecret(): string {
  let text = "";
  while (text.length < 48) {
    // Bytes from 248 up would make the first letters likelier than the others.
    for (const byte of randomBytes(64)) if (byte < 248 && text.length < 48) text += ALPHABET[byte % 62];
  }
  return `brim_sk_${text}`;
}

export function isWellFormed(secret: string): boolean {
  return SECRET.test(secret);
}

/** The part that finds the row and that people may see. */
export function prefixOf(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}

/** SHA-256 is enough: the secret has more entropy than any guess can cover. */
export function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
