/** The query of a page's address, as Next gives it. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** The query with one value a name: whoever sends a name twice means the first. */
export function firstValues(query: Awaited<SearchParams>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
