/**
 * Yields the items of a sweep, page by page in a fixed order. A page is read after the last item of the one before, so an
 * item that stays due because it fails is yielded once and does not hide those behind it.
 */
export async function* dueItems<Item>(
  readPage: (after: Item | null) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void> {
  for (let page = await readPage(null); page.length > 0; ) {
    yield* page;
    page = await readPage(page.at(-1) ?? null);
  }
}
