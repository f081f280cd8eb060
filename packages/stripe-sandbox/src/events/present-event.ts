import { PINNED_VERSION } from "../api/version";
import type { Row } from "../store/database";
import type { EventData } from "./record-event";

export interface EventRow extends Row {
  id: string;
  type: string;
  created: string;
  data: EventData;
  request_id: string | null;
  idempotency_key: string | null;
  endpoint_count: number;
  /** Endpoints that have not responded with 2xx. */
  pending: number;
}

/** Columns of an EventRow; `event` is the table. */
export const eventColumns = `
  event.id, event.type, event.created, event.data, event.request_id, event.idempotency_key, event.endpoint_count,
  (SELECT count(DISTINCT d.endpoint_id)::int FROM delivery d WHERE d.event_id = event.id AND NOT EXISTS (
     SELECT 1 FROM delivery ok
     WHERE ok.event_id = d.event_id AND ok.endpoint_id = d.endpoint_id AND ok.state = 'succeeded')) AS pending`;

/** The event as the API returns it now. */
export function presentEvent(row: EventRow) {
  return eventObject(row, PINNED_VERSION, row.pending);
}

/** The event as an endpoint receives it: the same on every attempt, so it does not count later attempts. */
export function presentDelivery(row: EventRow, apiVersion: string | null) {
  return eventObject(row, apiVersion ?? PINNED_VERSION, row.endpoint_count);
}

function eventObject(row: EventRow, apiVersion: string, pendingWebhooks: number) {
  return {
    id: row.id,
    object: "event" as const,
    api_version: apiVersion,
    created: Number(row.created),
    data: row.data,
    livemode: false,
    pending_webhooks: pendingWebhooks,
    request: { id: row.request_id, idempotency_key: row.idempotency_key },
    type: row.type,
  };
}
