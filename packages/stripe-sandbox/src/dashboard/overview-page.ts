import { html } from "hono/html";
import type { Runtime } from "../runtime";
import type { DeliveryLoop } from "../webhooks/delivery-loop";
import { controlForm } from "./control-form";
import { dashboardPage } from "./layout";
import { countObjects, readDeliveries, readEvents, readObjects } from "./queries";
import { deliveryTable, eventTable, objectTable, timeOf } from "./tables";

/** The front page: object counts, and the latest sessions, events and deliveries. */
export async function overviewPage(
  runtime: Runtime,
  deliveries: DeliveryLoop,
  notice: string | undefined,
): Promise<string> {
  const { db } = runtime;
  const types = await countObjects(db);
  const sessions = await readObjects(db, { type: "checkout.session", limit: 10 });
  const events = await readEvents(db, { limit: 15 });
  const sent = await readDeliveries(db, { limit: 15 });
  const faults = runtime.faults.list().length + runtime.deliveryFaults.list().length;
  return dashboardPage(
    "Stripe sandbox",
    "/",
    html`<h1>Stripe sandbox</h1>
<p class="soft">A local Stripe for development. No real money is involved, and only webhooks leave this machine.</p>
<dl class="facts"><dt>API</dt><dd><code>${runtime.publicUrl}/v1</code></dd>
<dt>Clock</dt><dd>${timeOf(runtime.clock.now())} UTC</dd>
<dt>Webhooks</dt><dd>${modeText[deliveries.mode()]}</dd>
<dt>Faults</dt><dd>${faults === 0 ? "none" : html`<a href="/dashboard/controls">${faults} on</a>`}</dd></dl>
<div class="actions">${[
      ["An hour later", 3_600],
      ["A day later", 86_400],
      ["A week later", 604_800],
    ].map(([label, seconds]) =>
      controlForm({ path: "/clock", values: { advance_seconds: Number(seconds) } }, String(label), "/"),
    )}</div>
<h2>Objects</h2>
${types.length === 0 ? html`<p class="soft none">None yet. Create some through the API.</p>` : html`<ul class="types">${types.map(({ type, count }) => html`<li><a href="/dashboard/objects?type=${type}">${type}<span class="soft">${count}</span></a></li>`)}</ul>`}
<h2>Latest checkout sessions</h2>
${objectTable(sessions)}
<h2>Latest events</h2>
${eventTable(events)}
<a class="more" href="/dashboard/events">All events</a>
<h2>Latest deliveries</h2>
${deliveryTable(sent)}
<a class="more" href="/dashboard/deliveries">All deliveries</a>`,
    notice,
  );
}

const modeText = {
  deliver: "delivered immediately",
  hold: "held",
  drop: "dropped",
} as const;
