import { NANOS_PER_DOLLAR, type Nanos } from "./nanos";
import { significantDigits } from "./significant-digits";

/** Why an amount could not be read, in words for the caller. */
export class AmountFormatError extends Error {}

/** What JavaScript can hold of a decimal number without changing it. */
const SAFE_DIGITS = 15;

const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,40}))?$/;

/**
 * Reads an amount of US dollars from JSON: a decimal string without exponent, or a number.
 *
 * @param input.decimals how many decimals are allowed: 9 for spending, 2 for a top-up
 * @returns the amount in nano-dollars, never rounded
 * @throws AmountFormatError when it is not such an amount; the message can be shown
 */
export function parseUsd(input: string | number, options: { decimals: number; signed?: boolean }): Nanos {
  const text = typeof input === "number" ? textOfNumber(input) : input;
  const match = DECIMAL.exec(text);
  if (!match)
    throw new AmountFormatError('Write the amount as a decimal in US dollars, for example "25.00".');
  const [, sign, whole = "0", fraction = ""] = match;
  if (sign && !options.signed) throw new AmountFormatError("The amount must not be negative.");
  // "25.000" means no more than "25.00", but a caller who sends it expects a precision that is not there.
  if (fraction.length > options.decimals) {
    throw new AmountFormatError(`The amount may have at most ${options.decimals} decimals.`);
  }
  const size = BigInt(whole) * NANOS_PER_DOLLAR + BigInt(fraction.padEnd(9, "0").slice(0, 9));
  return (sign ? -size : size) as Nanos;
}

/** A JSON number written out without exponent: 1e3 is 1000 and 1e-7 is 0.0000001. */
function textOfNumber(value: number): string {
  if (!Number.isFinite(value)) throw new AmountFormatError("The amount is not a finite number.");
  if (Object.is(value, -0)) return "0";
  const [mantissa = "0", exponentText] = value.toString().split("e");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  if (significantDigits(mantissa) > SAFE_DIGITS) {
    throw new AmountFormatError("The number has more than 15 significant digits: send a string.");
  }
  const exponent = exponentText ? Number.parseInt(exponentText, 10) : 0;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const sign = value < 0 ? "-" : "";
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${"0".repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
