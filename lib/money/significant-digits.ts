const ZERO = 48;
const NINE = 57;

/**
 * Counts the significant digits of a decimal number, ignoring leading and trailing zeros and any exponent: 2 for `"1200"`
 * and for `"0.0012"`. Runs in linear time.
 */
export function significantDigits(text: string): number {
  let digits = 0;
  let first = 0;
  let last = -1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 69 || code === 101) break; // E, e
    if (code < ZERO || code > NINE) continue;
    if (code !== ZERO) {
      if (last === -1) first = digits;
      last = digits;
    }
    digits++;
  }
  return last === -1 ? 0 : last - first + 1;
}
