import { hash, randomBytes } from "node:crypto";

/** `brim_sk_`, eight characters that are shown to people, and 40 that are not. */
const SECRET = /^brim_sk_[0-9A-Za-z]{48}$/;
const PREFIX_LENGTH = "brim_sk_".length + 8;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Generates 48 random characters out of 62, about 285 bits. */
export function newSecret(): string {
  let text = "";
  while (text.length < 48) {
    // Bytes from 248 would make the first characters of the alphabet more likely.
    for (const byte of randomBytes(64)) if (byte < 248 && text.length < 48) text += ALPHABET[byte % 62];
  }
  return `brim_sk_${text}`;
}

export function isWellFormed(secret: string): boolean {
  return SECRET.test(secret);
}

/** Returns the part that identifies the key and is shown to people. */
export function prefixOf(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}

/** SHA-256 is enough, because the secret has too much entropy to guess. */
export function hashOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
