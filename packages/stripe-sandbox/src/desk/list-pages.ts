import { html, type Markup } from "../pages/markup";
import type { Runtime } from "../runtime";
import { deskPage } from "./desk-layout";
import { countObjects, PAGE_SIZE, readDeliveries, readEvents, readObjects } from "./read-desk";
import { deliveryTable, eventTable, objectTable } from "./tables";

/** All objects, or those of one type. */
export async function objectsPage(
  { db }: Runtime,
  type: string | undefined,
  before: string | undefined,
): Promise<string> {
  const types = await countObjects(db);
  const rows = await readObjects(db, { ...(type && { type }), before });
  return deskPage(
    type ?? "Objects",
    "/desk/objects",
    html`<h1>${type ?? "Objects"}</h1>
<ul class="types">${type && html`<li><a href="/desk/objects">All types</a></li>`}${types.map((row) => html`<li><a href="/desk/objects?type=${row.type}">${row.type}<span class="soft">${row.count}</span></a></li>`)}</ul>
<h2>Newest first</h2>
${objectTable(rows)}${olderLink("/desk/objects", rows.length, rows.at(-1)?.seq, type)}`,
  );
}

export async function eventsPage({ db }: Runtime, before: string | undefined): Promise<string> {
  const rows = await readEvents(db, { before });
  return deskPage(
    "Events",
    "/desk/events",
    html`<h1>Events</h1><p class="soft">Newest first. An event's page has the buttons to send it again.</p>
${eventTable(rows)}${olderLink("/desk/events", rows.length, rows.at(-1)?.seq)}`,
  );
}

export async function deliveriesPage({ db }: Runtime, before: string | undefined): Promise<string> {
  const rows = await readDeliveries(db, { before });
  return deskPage(
    "Deliveries",
    "/desk/deliveries",
    html`<h1>Deliveries</h1><p class="soft">Newest first: one line for every event and endpoint, and for every time it was sent again.</p>
${deliveryTable(rows)}${olderLink("/desk/deliveries", rows.length, rows.at(-1)?.id)}`,
  );
}

function olderLink(path: string, count: number, last: string | undefined, type?: string): Markup | undefined {
  if (count < PAGE_SIZE || last === undefined) return undefined;
  const query = new URLSearchParams({ ...(type && { type }), before: last });
  return html`<a class="more" href="${path}?${query.toString()}">Older</a>`;
}
