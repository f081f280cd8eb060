import type { Tx } from "../runtime";
import type { Row } from "../store/database";
import type { StripeObject } from "../store/objects";
import { includable } from "./includable";
import { assertExpandable } from "./permissions";
import { dereference, type ResponseSchema, responseSchema } from "./spec";
import { invalidRequest } from "./stripe-error";

const MAX_DEPTH = 4;

type Json = Record<string, unknown>;

/**
 * Replaces ids with their objects, as `expand[]` asks. `data.x` expands every element of a list; dots go
 * deeper, at most four levels.
 *
 * @throws StripeError for a field that cannot be expanded
 */
export async function expandResponse(tx: Tx, answer: object, paths: readonly string[]): Promise<object> {
  const root = structuredClone(answer) as Json;
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > MAX_DEPTH) {
      throw invalidRequest(
        `You cannot expand more than ${MAX_DEPTH} levels of a property. Property: ${path}`,
        "expand",
      );
    }
    if (root.object === "list") await expandList(tx, root, steps, path);
    else await expandIn(tx, root, schemaOf(root), steps, path);
  }
  return root;
}

async function expandList(tx: Tx, list: Json, steps: string[], path: string): Promise<void> {
  const [first, ...rest] = steps;
  if (first !== "data" || rest.length === 0) throw cannotExpand(path);
  for (const item of list.data as Json[]) await expandIn(tx, item, schemaOf(item), rest, path);
}

async function expandIn(
  tx: Tx,
  holder: Json,
  schema: ResponseSchema | undefined,
  steps: string[],
  path: string,
): Promise<void> {
  const [field = "", ...rest] = steps;
  const property = schema?.properties?.[field];
  if (!property) throw cannotExpand(path);
  const value = await expandField(tx, holder, field, property, path, rest.length === 0);
  if (rest.length === 0 || value === null || value === undefined) return;
  if (isList(value)) return expandList(tx, value, rest, path);
  for (const next of Array.isArray(value) ? (value as Json[]) : [value as Json]) {
    await expandIn(tx, next, schemaOf(next) ?? objectSchema(property), rest, path);
  }
}

async function expandField(
  tx: Tx,
  holder: Json,
  field: string,
  property: ResponseSchema,
  path: string,
  isLast: boolean,
): Promise<unknown> {
  const include = includable[`${holder.object}.${field}`];
  if (include && holder[field] === undefined)
    holder[field] = await include(tx, holder as unknown as StripeObject);
  else if (typeof holder[field] === "string") {
    if (!isExpandable(property)) throw cannotExpand(path);
    const object = await readById(tx, holder[field]);
    if (object) {
      assertExpandable(tx.withheldPermissions, String(object.object), `${holder.object}.${field}`);
      holder[field] = object;
    }
  } else if (isLast && !include && !isExpandable(property)) throw cannotExpand(path);
  return typeof holder[field] === "string" ? null : holder[field];
}

async function readById(tx: Tx, id: string): Promise<Json | undefined> {
  const [row] = await tx.query<Row & { data: Json }>("SELECT data FROM object WHERE id = $1", [id]);
  return row?.data;
}

function schemaOf(value: Json): ResponseSchema | undefined {
  return typeof value.object === "string" ? responseSchema(value.object) : undefined;
}

/** A field is expandable if its schema allows both an id and an object. */
function isExpandable(property: ResponseSchema): boolean {
  const options = property.anyOf ?? [];
  return options.some((option) => option.type === "string") && options.some((option) => option.$ref);
}

function objectSchema(property: ResponseSchema): ResponseSchema | undefined {
  const option = property.anyOf?.find((candidate) => candidate.$ref) ?? property.items ?? property;
  return dereference(option);
}

function isList(value: unknown): value is Json {
  return typeof value === "object" && value !== null && (value as Json).object === "list";
}

function cannotExpand(path: string) {
  return invalidRequest(
    `This property cannot be expanded (${path}). You may want to try expanding another property, or remove it from \`expand\`.`,
    "expand",
  );
}
