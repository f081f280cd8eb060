/** One page of a list, newest first. */
export interface Page<Item> {
  items: Item[];
  /** Pass it as `before` to read the next page. Null on the last page. */
  nextBefore: string | null;
}

/** Which page to read. */
export interface PageRequest {
  limit: number;
  /** The position at which the previous page ended. Omit for the first page. */
  before?: string | undefined;
}

/**
 * Reads one page by keyset: rows are sorted by their position, and a page continues after the last position of the previous
 * one, so that rows added in the meantime move nothing.
 *
 * @param read reads `take` rows after `before`: one more than the limit, which tells whether there is a next page
 * @param positionOf returns the position of an item, by which the rows are sorted
 */
export async function readPage<Item>(
  { limit, before }: PageRequest,
  read: (take: number, before: string | undefined) => Promise<Item[]>,
  positionOf: (item: Item) => string,
): Promise<Page<Item>> {
  const rows = await read(limit + 1, before);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextBefore: last && rows.length > limit ? positionOf(last) : null };
}
