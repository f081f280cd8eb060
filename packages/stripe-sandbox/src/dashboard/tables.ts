import { html } from "hono/html";
import { formatMoney } from "../pages/format";
import type { Markup } from "../pages/layout";
import type { DeliveryRow, EventSummary, ObjectRow } from "./queries";

/** A table that scrolls on a narrow screen, or a line that says there are no rows. */
export function table(label: string, head: readonly string[], rows: readonly (string | Markup)[][]): Markup {
  if (rows.length === 0) return html`<p class="soft none">None yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

export function objectTable(rows: readonly ObjectRow[]): Markup {
  return table(
    "Objects",
    ["Created", "Type", "Id", "What it says"],
    rows.map((row) => [
      timeOf(row.created),
      row.type,
      objectLink(row.id),
      row.deleted ? "deleted" : summaryOf(row.data),
    ]),
  );
}

export function eventTable(rows: readonly EventSummary[]): Markup {
  return table(
    "Events",
    ["Created", "Type", "Event", "Object", "Waiting for"],
    rows.map((row) => [
      timeOf(row.created),
      row.type,
      html`<a href="/dashboard/events/${row.id}">${shortened(row.id)}</a>`,
      objectLink(row.object_id),
      row.pending === 0 ? "" : row.pending === 1 ? "1 endpoint" : `${row.pending} endpoints`,
    ]),
  );
}

export function deliveryTable(rows: readonly DeliveryRow[]): Markup {
  return table(
    "Deliveries",
    ["Type", "Event", "Endpoint", "State", "Attempts", "Last answer"],
    rows.map((row) => [
      row.type,
      html`<a href="/dashboard/events/${row.event_id}">${shortened(row.event_id)}</a>`,
      html`<a href="/dashboard/objects/${row.endpoint_id}">${row.url ?? row.endpoint_id}</a>`,
      stateOf(row),
      String(row.attempts),
      row.last_error ?? String(row.last_status ?? ""),
    ]),
  );
}

function stateOf({ state, kind, fault }: DeliveryRow): string {
  const notes = [kind === "first" ? "" : kind, fault ?? ""].filter(
    (note, index, all) => note !== "" && all.indexOf(note) === index,
  );
  return notes.length === 0 ? state : `${state} (${notes.join(", ")})`;
}

function objectLink(id: string): Markup {
  return html`<a href="/dashboard/objects/${id}">${shortened(id)}</a>`;
}

/** Formats a time as `2026-11-22 18:27:37`, in UTC. */
export function timeOf(unixSeconds: string | number): string {
  return new Date(Number(unixSeconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
}

function shortened(id: string): string {
  return id.length > 24 ? `${id.slice(0, 22)}…` : id;
}

/** Summarizes an object in a few fields. */
function summaryOf(data: Record<string, unknown>): string {
  const status = [data.status, data.payment_status].filter((part) => typeof part === "string");
  const name = [data.email, data.name, data.url, data.description].find(
    (part) => typeof part === "string" && part !== "" && !part.includes("/c/pay/"),
  );
  return [amountOf(data), ...status, name].filter((part) => part !== undefined).join(" · ");
}

function amountOf(data: Record<string, unknown>): string | undefined {
  const cents = [data.amount_total, data.amount, data.total, data.unit_amount].find(
    (part) => typeof part === "number",
  );
  return typeof cents === "number" && typeof data.currency === "string"
    ? formatMoney(cents, data.currency)
    : undefined;
}
