import type { Tx } from "../runtime";
import type { Row } from "../store/database";
import type { ApiRequest } from "./operation";
import { invalidRequest, noSuchObject } from "./stripe-error";

export const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

export interface ListResponse {
  object: "list";
  data: object[];
  has_more: boolean;
  url: string;
}

/** The table of a list (with `id` and `seq`), the columns it reads, and its conditions. */
interface ListSource<R extends Row> {
  table: "object" | "event";
  columns: string;
  /** Noun for the error about an unknown cursor. */
  noun: string;
  /** For objects: the type that a cursor must have. */
  type?: string;
  where: string[];
  values: unknown[];
  present(row: R): object;
}

/** Rejects an invalid page size, or both cursors together. */
export function checkPage({ params }: ApiRequest): void {
  const limit = params.limit;
  if (typeof limit === "number" && (limit < 1 || limit > MAX_LIMIT)) {
    throw invalidRequest(
      limit < 1
        ? "This value must be greater than or equal to 1."
        : `This value must be less than or equal to ${MAX_LIMIT}.`,
      "limit",
      "parameter_invalid_integer",
    );
  }
  if (params.starting_after && params.ending_before) {
    throw invalidRequest("You cannot use both `starting_after` and `ending_before`.", "ending_before");
  }
}

/** Reads one page, newest first; `ending_before` reads the page before its cursor, in the same order. */
export async function readPage<R extends Row>(
  tx: Tx,
  request: ApiRequest,
  source: ListSource<R>,
): Promise<ListResponse> {
  const { params } = request;
  const limit = typeof params.limit === "number" ? params.limit : DEFAULT_LIMIT;
  const where = [...source.where];
  const values = [...source.values];
  const backwards = typeof params.ending_before === "string";
  for (const name of ["starting_after", "ending_before"] as const) {
    const id = params[name];
    if (typeof id !== "string") continue;
    values.push(await cursorSeq(tx, source, id, name));
    where.push(`${source.table}.seq ${name === "starting_after" ? "<" : ">"} $${values.length}`);
  }
  values.push(limit + 1);
  const rows = await tx.query<R>(
    `SELECT ${source.columns} FROM ${source.table} WHERE ${where.join(" AND ") || "true"}
     ORDER BY ${source.table}.seq ${backwards ? "ASC" : "DESC"} LIMIT $${values.length}`,
    values,
  );
  const page = rows.slice(0, limit);
  if (backwards) page.reverse();
  return {
    object: "list",
    data: page.map((row) => source.present(row)),
    has_more: rows.length > limit,
    url: request.url,
  };
}

async function cursorSeq<R extends Row>(
  tx: Tx,
  source: ListSource<R>,
  id: string,
  param: string,
): Promise<string> {
  const [row] = await tx.query<{ seq: string }>(
    `SELECT seq FROM ${source.table} WHERE id = $1 ${source.table === "object" ? "AND type = $2" : ""}`,
    source.table === "object" ? [id, source.type] : [id],
  );
  if (!row) throw noSuchObject(source.noun, id, param, 400);
  return row.seq;
}

/** Conditions for `created`: one second, or any of gt, gte, lt, lte. */
export function createdConditions(
  request: ApiRequest,
  table: "object" | "event",
  values: unknown[],
): string[] {
  const created = request.params.created;
  const operators = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
  if (typeof created === "number") {
    values.push(created);
    return [`${table}.created = $${values.length}`];
  }
  if (typeof created !== "object" || created === null || Array.isArray(created)) return [];
  return Object.entries(operators).flatMap(([name, operator]) => {
    const bound = created[name];
    if (typeof bound !== "number") return [];
    values.push(bound);
    return [`${table}.created ${operator} $${values.length}`];
  });
}
