import { html } from "../pages/markup";
import type { Runtime } from "../runtime";
import { controlField, controlForm } from "./control-form";
import { deskPage } from "./desk-layout";
import { jsonView } from "./json-view";
import { objectActions } from "./object-actions";
import { readDeliveries, readEvent, readEvents, readObject } from "./read-desk";
import { deliveryTable, eventTable, timeOf } from "./tables";

/** One object as the API answers it, with what can be done to it and what it caused; undefined for an unknown id. */
export async function objectPage(
  { db }: Runtime,
  id: string,
  notice: string | undefined,
): Promise<string | undefined> {
  const row = await readObject(db, id);
  if (!row) return undefined;
  const events = await readEvents(db, { object: id });
  const deliveries = await readDeliveries(db, { object: id });
  return deskPage(
    id,
    "/desk/objects",
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
  const here = `/desk/events/${id}`;
  const deliveries = await readDeliveries(db, { event: id });
  return deskPage(
    event.type,
    "/desk/events",
    html`<h1>${event.type}</h1><p class="soft"><code>${id}</code> · ${timeOf(event.created)} UTC</p>
<h2>Tell it again</h2>
<div class="tiles">
<section class="tile"><h3>Once more</h3><p class="soft">To every endpoint that is enabled.</p>${controlForm({ path: `/events/${id}/resend` }, "Resend", here)}</section>
<section class="tile"><h3>Several times</h3><p class="soft">The same event, one after the other or at once.</p>${controlForm(
      { path: `/events/${id}/duplicate` },
      "Duplicate",
      here,
      html`${controlField("number:times", "How often", { value: "2" })}${controlField("boolean:parallel", "All at once", { list: ["no", "yes"] })}`,
    )}</section>
<section class="tile"><h3>By another event</h3><p class="soft">The same change under a new id, as Stripe sometimes does.</p>${controlForm({ path: `/events/${id}/copy` }, "Copy under a new id", here)}</section>
</div>
<h2>Its deliveries</h2>${deliveryTable(deliveries)}
<h2>Event</h2>${jsonView(event)}`,
    notice,
  );
}
