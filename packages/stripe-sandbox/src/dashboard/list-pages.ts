import { html } from "hono/html";
import { testCards } from "../cards/test-cards";
import type { Markup } from "../pages/layout";
import type { Runtime } from "../runtime";
import { dashboardPage } from "./layout";
import { countObjects, PAGE_SIZE, readDeliveries, readEvents, readObjects } from "./queries";
import { deliveryTable, eventTable, objectTable, table } from "./tables";

/** All objects, or those of one type. */
export async function objectsPage(
  { db }: Runtime,
  type: string | undefined,
  before: string | undefined,
): Promise<string> {
  const types = await countObjects(db);
  const rows = await readObjects(db, { ...(type && { type }), before });
  return dashboardPage(
    type ?? "Objects",
    "/dashboard/objects",
    html`<h1>${type ?? "Objects"}</h1>
<ul class="types">${type && html`<li><a href="/dashboard/objects">All types</a></li>`}${types.map((row) => html`<li><a href="/dashboard/objects?type=${row.type}">${row.type}<span class="soft">${row.count}</span></a></li>`)}</ul>
<h2>Newest first</h2>
${objectTable(rows)}${olderLink("/dashboard/objects", rows.length, rows.at(-1)?.seq, type)}`,
  );
}

export async function eventsPage({ db }: Runtime, before: string | undefined): Promise<string> {
  const rows = await readEvents(db, { before });
  return dashboardPage(
    "Events",
    "/dashboard/events",
    html`<h1>Events</h1><p class="soft">Newest first. Open an event to send it again.</p>
${eventTable(rows)}${olderLink("/dashboard/events", rows.length, rows.at(-1)?.seq)}`,
  );
}

export async function deliveriesPage({ db }: Runtime, before: string | undefined): Promise<string> {
  const rows = await readDeliveries(db, { before });
  return dashboardPage(
    "Deliveries",
    "/dashboard/deliveries",
    html`<h1>Deliveries</h1><p class="soft">Newest first: one row per event and endpoint, and one for each time it was sent again.</p>
${deliveryTable(rows)}${olderLink("/dashboard/deliveries", rows.length, rows.at(-1)?.id)}`,
  );
}

function olderLink(path: string, count: number, last: string | undefined, type?: string): Markup | undefined {
  if (count < PAGE_SIZE || last === undefined) return undefined;
  const query = new URLSearchParams({ ...(type && { type }), before: last });
  return html`<a class="more" href="${path}?${query.toString()}">Older</a>`;
}

/** Lists the test cards and their behavior. */
export function cardsPage(): string {
  return dashboardPage(
    "Test cards",
    "/dashboard/cards",
    html`<h1>Test cards</h1><p class="soft">Use any future expiry date and any security code. The names work as payment methods in the API.</p>
${table(
  "Test cards",
  ["Number", "What it does", "Name in the API"],
  testCards.map((card) => [
    html`<span class="number">${card.number.replace(/(\d{4})(?=\d)/g, "$1 ")}</span>`,
    card.label,
    html`<code>${(card.aliases ?? []).join(", ")}</code>`,
  ]),
)}`,
  );
}
