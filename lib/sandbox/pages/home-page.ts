import type { Session } from "../resources/checkout-sessions/session";
import type { Runtime } from "../runtime";
import type { Row } from "../store/database";
import { formatMoney } from "./format-money";
import { layout } from "./layout";
import { html, type Markup } from "./markup";

interface DeliveryRow extends Row {
  type: string;
  url: string;
  state: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
}

/** The front page: what happened lately. */
export async function homePage(runtime: Runtime): Promise<string> {
  const { db } = runtime;
  const sessions = await db.query<Row & { data: Session }>(
    "SELECT data FROM object WHERE type = 'checkout.session' ORDER BY seq DESC LIMIT 20",
  );
  const events = await db.query<Row & { id: string; type: string; object_id: string }>(
    "SELECT id, type, object_id FROM event ORDER BY seq DESC LIMIT 30",
  );
  const deliveries = await db.query<DeliveryRow>(
    `SELECT event.type, object.data ->> 'url' AS url, state, attempts, last_status, last_error
     FROM delivery JOIN event ON event.id = event_id JOIN object ON object.id = endpoint_id
     ORDER BY delivery.id DESC LIMIT 30`,
  );
  return layout(
    "Stripe sandbox",
    html`<main><h1>Stripe sandbox</h1>
<p class="soft">The API is at ${runtime.publicUrl}/v1. Its clock says ${new Date(runtime.clock.nowMs()).toISOString()}.</p>
<h2>Checkout sessions</h2>
${table(
  ["Session", "Mode", "Status", "Payment", "Total"],
  sessions.map(({ data }) => [
    sessionLink(data),
    data.mode,
    data.status ?? "",
    data.payment_status,
    total(data),
  ]),
)}
<h2>Events</h2>
${table(
  ["Type", "Event", "Object"],
  events.map((event) => [event.type, event.id, event.object_id]),
)}
<h2>Webhook deliveries</h2>
${table(
  ["Type", "Endpoint", "State", "Attempts", "Last answer"],
  deliveries.map((row) => [
    row.type,
    row.url,
    row.state,
    String(row.attempts),
    row.last_error ?? String(row.last_status ?? ""),
  ]),
)}
</main>`,
  );
}

function sessionLink(session: Session): string | Markup {
  const short = `${session.id.slice(0, 20)}…`;
  return session.url ? html`<a href="${session.url}">${short}</a>` : short;
}

function total(session: Session): string {
  return session.amount_total === null ? "" : formatMoney(session.amount_total, session.currency ?? "usd");
}

function table(head: string[], rows: (string | Markup)[][]): Markup {
  if (rows.length === 0) return html`<p class="soft scroll">None yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${head[0]} table"><table><thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
