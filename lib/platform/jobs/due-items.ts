/**
 * Yields the due items of a sweep, page by page in a fixed order. Each page starts after the last item of the previous one,
 * so an item that fails and stays due is yielded once and does not block the others.
 */
export async function* dueItems<Item>(
  readPage: (after: Item | null) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void> {
  for (let page = await readPage(null); page.length > 0; ) {
    yield* page;
    page = await readPage(page.at(-1) ?? null);
  }
}
