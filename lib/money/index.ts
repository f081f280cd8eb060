export { displayUsd, formatCents, formatUsd } from "./format";
export {
  type Cents,
  cents,
  fromCents,
  NANOS_PER_CENT,
  NANOS_PER_DOLLAR,
  type Nanos,
  nanos,
  toWholeCents,
  ZERO,
} from "./nanos";
export { AmountFormatError, parseUsd } from "./parse";
export { proportionHalfUp } from "./proportion";
export { significantDigits } from "./significant-digits";
