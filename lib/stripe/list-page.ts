/** Which part of a list at Stripe: what was created in a time, and after which object the page begins. */
export interface ListWindow {
  from: Date;
  /** Exclusive. Absent: up to now. */
  to?: Date | undefined;
  /** The last id of the previous page. */
  after?: string | undefined;
}

/** One page of a list, newest first. */
export interface Listed<Item> {
  items: Item[];
  /** The id to continue after; null on the last page. */
  next: string | null;
}

/** Stripe's largest page. */
const PAGE_SIZE = 100;

/** Returns the parameters of a list call. Stripe counts in whole seconds. */
export function pageParams({ from, to, after }: ListWindow) {
  return {
    limit: PAGE_SIZE,
    created: { gte: toUnix(from), ...(to && { lt: toUnix(to) }) },
    ...(after && { starting_after: after }),
  };
}

/** Presents a page of Stripe's. Each page is one call, so that each waits for its turn and has a deadline of its own. */
export function toPage<T extends { id: string }, Item>(
  page: { data: T[]; has_more: boolean },
  present: (object: T) => Item | null,
): Listed<Item> {
  const { data, has_more: hasMore } = page;
  return {
    items: data.flatMap((object) => present(object) ?? []),
    next: hasMore ? (data.at(-1)?.id ?? null) : null,
  };
}

/** Yields the pages of a list, one call each. */
export async function* pagesOf<Item>(
  list: (window: ListWindow) => Promise<Listed<Item>>,
  window: ListWindow,
): AsyncGenerator<Item[], void> {
  let { after } = window;
  do {
    const page: Listed<Item> = await list({ ...window, after });
    yield page.items;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

function toUnix(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
