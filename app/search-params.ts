export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** Returns the query with one value per name. If a name is repeated, the first value wins. */
export function firstValues(query: Awaited<SearchParams>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
