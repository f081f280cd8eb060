import { currentRandom } from "./random";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Returns random letters and digits, as in Stripe's ids. */
export function randomLetters(length: number): string {
  let letters = "";
  while (letters.length < length) {
    for (const byte of currentRandom().bytes(length)) {
      // 248 = 4 × 62: dropping larger bytes keeps every character equally likely.
      if (byte < 248 && letters.length < length) letters += ALPHABET[byte % 62];
    }
  }
  return letters;
}

/** Returns an id that looks like Stripe's: `pi_3…`, `evt_1…`, `cs_test_a1…`. */
export function newStripeId(prefix: string): string {
  if (prefix === "cs") return `cs_test_a1${randomLetters(56)}`;
  if (["pi", "ch", "re", "txn"].includes(prefix)) return `${prefix}_3${randomLetters(23)}`;
  if (prefix === "cus" || prefix === "prod") return `${prefix}_${randomLetters(14)}`;
  return `${prefix}_1${randomLetters(23)}`;
}
