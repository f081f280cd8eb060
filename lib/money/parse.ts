import { NANOS_PER_DOLLAR, type Nanos } from "./nanos";
import { significantDigits } from "./significant-digits";

/** The amount is invalid. The message is safe to show. */
export class AmountFormatError extends Error {}

/** Number of significant decimal digits that a JavaScript number represents exactly. */
const SAFE_DIGITS = 15;

const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,40}))?$/;

/**
 * Parses an amount of US dollars from JSON: a decimal string without exponent, or a number. Never rounds.
 *
 * @param options.decimals the maximum number of decimals: 9 for spending, 2 for a top-up
 * @throws AmountFormatError the amount is invalid; the message is safe to show
 */
export function parseUsd(input: string | number, options: { decimals: number; signed?: boolean }): Nanos {
  const text = typeof input === "number" ? textOfNumber(input) : input;
  const match = DECIMAL.exec(text);
  if (!match)
    throw new AmountFormatError('The amount must be a decimal number of US dollars, such as "25.00".');
  const [, sign, whole = "0", fraction = ""] = match;
  if (sign && !options.signed) throw new AmountFormatError("The amount must not be negative.");
  // "25.000" equals "25.00", but its sender expects a precision that is not supported.
  if (fraction.length > options.decimals) {
    throw new AmountFormatError(`The amount must have at most ${options.decimals} decimals.`);
  }
  const size = BigInt(whole) * NANOS_PER_DOLLAR + BigInt(fraction.padEnd(9, "0").slice(0, 9));
  return (sign ? -size : size) as Nanos;
}

/** Writes a number without exponent: 1e3 as "1000", 1e-7 as "0.0000001". */
function textOfNumber(value: number): string {
  if (!Number.isFinite(value)) throw new AmountFormatError("The amount must be a finite number.");
  if (Object.is(value, -0)) return "0";
  const [mantissa = "0", exponentText] = value.toString().split("e");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  if (significantDigits(mantissa) > SAFE_DIGITS) {
    throw new AmountFormatError("The amount has more than 15 significant digits. Send it as a string.");
  }
  const exponent = exponentText ? Number.parseInt(exponentText, 10) : 0;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const sign = value < 0 ? "-" : "";
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${"0".repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
