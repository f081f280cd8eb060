/** One attempt to start Checkout. */
export interface Attempt {
  /** The request, serialized. */
  input: string;
  idempotencyKey: string;
}

/**
 * Returns the attempt to send. Reuses the previous idempotency key if the outcome is unknown and the input is unchanged,
 * so that a lost response never starts two top-ups.
 *
 * @param unresolved the previous attempt if its outcome is unknown, otherwise null
 */
export function attemptFor(unresolved: Attempt | null, input: string, newKey: () => string): Attempt {
  return unresolved?.input === input ? unresolved : { input, idempotencyKey: newKey() };
}
