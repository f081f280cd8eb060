import { type EventRow, eventColumns, presentEvent } from "../events/present-event";
import type { Database, Row } from "../store/database";

export const PAGE_SIZE = 50;

export interface ObjectRow extends Row {
  id: string;
  type: string;
  seq: string;
  created: string;
  deleted: boolean;
  data: Record<string, unknown>;
}

/** Counts objects by type, including deleted ones. */
export function countObjects(db: Database): Promise<{ type: string; count: number }[]> {
  return db.query("SELECT type, count(*)::int AS count FROM object GROUP BY type ORDER BY type");
}

/** One page of objects, newest first. */
export function readObjects(
  db: Database,
  { type, before, limit = PAGE_SIZE }: { type?: string; before?: string | undefined; limit?: number },
): Promise<ObjectRow[]> {
  return db.query<ObjectRow>(
    `SELECT id, type, seq, created, deleted, data FROM object
     WHERE ($1::text IS NULL OR type = $1) AND ($2::bigint IS NULL OR seq < $2) ORDER BY seq DESC LIMIT $3`,
    [type ?? null, before ?? null, limit],
  );
}

export async function readObject(db: Database, id: string): Promise<ObjectRow | undefined> {
  const [row] = await db.query<ObjectRow>(
    "SELECT id, type, seq, created, deleted, data FROM object WHERE id = $1",
    [id],
  );
  return row;
}

export interface EventSummary extends Row {
  id: string;
  type: string;
  seq: string;
  created: string;
  object_id: string;
  pending: number;
}

/** One page of events, newest first; of one object or of all. */
export function readEvents(
  db: Database,
  { object, before, limit = PAGE_SIZE }: { object?: string; before?: string | undefined; limit?: number },
): Promise<EventSummary[]> {
  return db.query<EventSummary>(
    `SELECT ${eventColumns}, event.seq, event.object_id FROM event
     WHERE ($1::text IS NULL OR object_id = $1) AND ($2::bigint IS NULL OR seq < $2) ORDER BY seq DESC LIMIT $3`,
    [object ?? null, before ?? null, limit],
  );
}

export async function readEvent(db: Database, id: string) {
  const [row] = await db.query<EventRow>(`SELECT ${eventColumns} FROM event WHERE id = $1`, [id]);
  return row && presentEvent(row);
}

export interface DeliveryRow extends Row {
  id: string;
  event_id: string;
  type: string;
  endpoint_id: string;
  url: string | null;
  kind: string;
  state: string;
  attempts: number;
  fault: string | null;
  last_status: number | null;
  last_error: string | null;
}

/** One page of deliveries, newest first; of one event, of the events of one object, or of all. */
export function readDeliveries(
  db: Database,
  {
    event,
    object,
    before,
    limit = PAGE_SIZE,
  }: { event?: string; object?: string; before?: string | undefined; limit?: number },
): Promise<DeliveryRow[]> {
  return db.query<DeliveryRow>(
    `SELECT delivery.id, event_id, event.type, endpoint_id, object.data ->> 'url' AS url, kind, state, attempts, fault,
       last_status, last_error
     FROM delivery JOIN event ON event.id = event_id LEFT JOIN object ON object.id = endpoint_id
     WHERE ($1::text IS NULL OR event_id = $1) AND ($2::text IS NULL OR event.object_id = $2)
       AND ($3::bigint IS NULL OR delivery.id < $3)
     ORDER BY delivery.id DESC LIMIT $4`,
    [event ?? null, object ?? null, before ?? null, limit],
  );
}
