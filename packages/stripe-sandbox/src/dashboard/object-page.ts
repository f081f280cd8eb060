import { html } from "hono/html";
import type { Markup } from "../pages/layout";
import type { Runtime } from "../runtime";
import { controlField, controlForm } from "./control-form";
import { dashboardPage } from "./layout";
import { objectActions } from "./object-actions";
import { readDeliveries, readEvent, readEvents, readObject } from "./queries";
import { deliveryTable, eventTable, timeOf } from "./tables";

/** One object as the API returns it, with its actions, events and deliveries; undefined for an unknown id. */
export async function objectPage(
  { db }: Runtime,
  id: string,
  notice: string | undefined,
): Promise<string | undefined> {
  const row = await readObject(db, id);
  if (!row) return undefined;
  const events = await readEvents(db, { object: id });
  const deliveries = await readDeliveries(db, { object: id });
  return dashboardPage(
    id,
    "/dashboard/objects",
    html`<h1>${row.type}</h1><p class="soft"><code>${id}</code> · made ${timeOf(row.created)} UTC${row.deleted && " · deleted"}</p>
${!row.deleted && objectActions(row.type, row.data)}
<h2>Its events</h2>${eventTable(events)}
<h2>Their deliveries</h2>${deliveryTable(deliveries)}
<h2>Object</h2>${jsonView(row.data)}`,
    notice,
  );
}

/** One event with its deliveries; undefined for an unknown id. */
export async function eventPage(
  { db }: Runtime,
  id: string,
  notice: string | undefined,
): Promise<string | undefined> {
  const event = await readEvent(db, id);
  if (!event) return undefined;
  const here = `/dashboard/events/${id}`;
  const deliveries = await readDeliveries(db, { event: id });
  return dashboardPage(
    event.type,
    "/dashboard/events",
    html`<h1>${event.type}</h1><p class="soft"><code>${id}</code> · ${timeOf(event.created)} UTC</p>
<h2>Send again</h2>
<div class="tiles">
<section class="tile"><h3>Once</h3><p class="soft">To every endpoint that is enabled.</p>${controlForm({ path: `/events/${id}/resend` }, "Resend", here)}</section>
<section class="tile"><h3>Several times</h3><p class="soft">The same event, in sequence or in parallel.</p>${controlForm(
      { path: `/events/${id}/duplicate` },
      "Duplicate",
      here,
      html`${controlField("number:times", "How often", { value: "2" })}${controlField("boolean:parallel", "All at once", { list: ["no", "yes"] })}`,
    )}</section>
<section class="tile"><h3>As a new event</h3><p class="soft">The same change under a new ID, as Stripe sometimes does.</p>${controlForm({ path: `/events/${id}/copy` }, "Copy under a new ID", here)}</section>
</div>
<h2>Its deliveries</h2>${deliveryTable(deliveries)}
<h2>Event</h2>${jsonView(event)}`,
    notice,
  );
}

/** Ids of objects and events, by their prefixes. */
const ID =
  /"((?:evt|cus|cs_test|pi|seti|ch|py|pm|txn|re|pyr|du|dp|in|il|ii|inpay|we|price|prod|li|bps|bpc|txi|mandate|setatt|trr)_[A-Za-z0-9]+)"/g;

/** Formats JSON as the API returns it, with a link on every id. */
export function jsonView(value: unknown): Markup {
  const parts = JSON.stringify(value, null, 2).split(ID);
  // `split` with one group puts the ids at the odd indexes.
  return html`<pre class="json" tabindex="0">${parts.map((part, index) => (index % 2 === 0 ? part : html`"${idLink(part)}"`))}</pre>`;
}

function idLink(id: string): Markup {
  return html`<a href="/dashboard/${id.startsWith("evt_") ? "events" : "objects"}/${id}">${id}</a>`;
}
