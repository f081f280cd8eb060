import type { Queryable, Row } from "./database";

/** A Stripe object as the API returns it, unexpanded. */
export interface StripeObject {
  id: string;
  object: string;
}

export interface StoredObject<T extends StripeObject = StripeObject> {
  data: T;
  /** Internal data that the API never returns. */
  private: Record<string, unknown>;
  seq: string;
  deleted: boolean;
}

export interface SaveOptions {
  /** Values that lists and lookups filter by. */
  refs?: Record<string, string | boolean | null | string[]>;
  /** Unix seconds at which housekeeping must process the object; null for never. */
  dueAt?: number | null;
  private?: Record<string, unknown>;
}

interface ObjectRow extends Row {
  data: StripeObject;
  private: Record<string, unknown>;
  seq: string;
  deleted: boolean;
}

export async function insertObject(
  tx: Queryable,
  data: StripeObject & { created?: number },
  options: SaveOptions & { created?: number } = {},
): Promise<void> {
  await tx.query(
    `INSERT INTO object (id, type, created, refs, due_at, data, private) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      data.id,
      data.object,
      options.created ?? data.created ?? 0,
      JSON.stringify(options.refs ?? {}),
      options.dueAt ?? null,
      JSON.stringify(data),
      JSON.stringify(options.private ?? {}),
    ],
  );
}

/** Replaces the object's data; omitted `refs`, `dueAt` and `private` stay unchanged. */
export async function updateObject(
  tx: Queryable,
  data: StripeObject,
  options: SaveOptions = {},
): Promise<void> {
  await tx.query(
    `UPDATE object SET data = $2, refs = coalesce($3, refs), private = coalesce($4, private),
       due_at = CASE WHEN $5 THEN $6 ELSE due_at END
     WHERE id = $1`,
    [
      data.id,
      JSON.stringify(data),
      options.refs ? JSON.stringify(options.refs) : null,
      options.private ? JSON.stringify(options.private) : null,
      options.dueAt !== undefined,
      options.dueAt ?? null,
    ],
  );
}

/** Merges fields into the object's private data. */
export async function mergePrivate(
  tx: Queryable,
  id: string,
  change: Record<string, unknown>,
): Promise<void> {
  await tx.query("UPDATE object SET private = (private::jsonb || $2::jsonb)::json WHERE id = $1", [
    id,
    JSON.stringify(change),
  ]);
}

/** Replaces the object with a stub: its id still resolves, but no list includes it. */
export async function markDeleted(tx: Queryable, stub: StripeObject): Promise<void> {
  await tx.query("UPDATE object SET data = $2, deleted = true, due_at = NULL WHERE id = $1", [
    stub.id,
    JSON.stringify(stub),
  ]);
}

/**
 * Finds one object by type and id. The caller states the type of the data: rows are written only by
 * the builders of that type, and the tests validate each of them against spec.json.
 */
export async function findObject<T extends StripeObject>(
  tx: Queryable,
  type: string,
  id: string,
  lock: "lock" | "read" = "read",
): Promise<StoredObject<T> | undefined> {
  const [row] = await tx.query<ObjectRow>(
    `SELECT data, private, seq, deleted FROM object WHERE id = $1 AND type = $2 ${lock === "lock" ? "FOR UPDATE" : ""}`,
    [id, type],
  );
  return row as StoredObject<T> | undefined;
}

/** Finds all objects of a type whose refs contain the given ones, newest first, without deleted ones. */
export async function findObjects<T extends StripeObject>(
  tx: Queryable,
  type: string,
  refs: Record<string, string | boolean>,
): Promise<StoredObject<T>[]> {
  const rows = await tx.query<ObjectRow>(
    `SELECT data, private, seq, deleted FROM object WHERE type = $1 AND refs @> $2 AND NOT deleted ORDER BY seq DESC`,
    [type, JSON.stringify(refs)],
  );
  return rows as unknown as StoredObject<T>[];
}
