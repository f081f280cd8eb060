/** One deliberate try, under the name that the API knows it by. */
export interface Attempt {
  /** What was asked for. */
  input: string;
  idempotencyKey: string;
}

/**
 * The attempt to send now: the last one again when nothing is known of its outcome and nothing was changed since, so
 * that a lost answer can never start two top-ups; otherwise a new one.
 *
 * @param unresolved the last attempt while its outcome is unknown, else null
 */
export function attemptFor(unresolved: Attempt | null, input: string, newKey: () => string): Attempt {
  return unresolved?.input === input ? unresolved : { input, idempotencyKey: newKey() };
}
