/**
 * Returns `amount × part ÷ whole`, with half a unit rounded up. All arguments are zero or more, and `whole` is not zero.
 */
export function proportionHalfUp(amount: bigint, part: bigint, whole: bigint): bigint {
  return (2n * amount * part + whole) / (2n * whole);
}
