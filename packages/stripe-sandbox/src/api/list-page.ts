import { DEFAULT_LIMIT, type ListResponse } from "./list";
import type { ApiRequest } from "./operation";
import { noSuchObject } from "./stripe-error";

/** Returns one page of a list in memory, in its own order: the lines of a session or an invoice. */
export function pageOf(items: readonly { id: string; object: string }[], request: ApiRequest): ListResponse {
  const { limit, starting_after: after, ending_before: before } = request.params;
  const size = typeof limit === "number" ? limit : DEFAULT_LIMIT;
  const indexOf = (id: string, param: string) => {
    const index = items.findIndex((item) => item.id === id);
    if (index < 0) throw noSuchObject(items[0]?.object ?? "item", id, param, 400);
    return index;
  };
  const end = typeof before === "string" ? indexOf(before, "ending_before") : items.length;
  const start =
    typeof before === "string"
      ? Math.max(0, end - size)
      : typeof after === "string"
        ? indexOf(after, "starting_after") + 1
        : 0;
  return {
    object: "list",
    data: items.slice(start, Math.min(end, start + size)),
    has_more: typeof before === "string" ? start > 0 : items.length > start + size,
    url: request.url,
  };
}
