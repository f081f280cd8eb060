/** How thorough a test run is: `ci` for every change, `deep` to search for rare failures. */
export type Depth = "ci" | "deep";

/**
 * Returns the depth of this run, from `TEST_DEPTH`. Default `ci`.
 *
 * @throws Error any other value, so that a typo does not turn a deep run into a default one
 */
export function depth(): Depth {
  const value = process.env.TEST_DEPTH || "ci";
  if (value === "ci" || value === "deep") return value;
  throw new Error(`TEST_DEPTH must be "ci" or "deep", not "${value}".`);
}

/**
 * Picks the value for this run's depth.
 *
 * @example fc.assert(property, { numRuns: atDepth({ ci: 200, deep: 20_000 }) })
 */
export function atDepth<T>(choices: Record<Depth, T>): T {
  return choices[depth()];
}
