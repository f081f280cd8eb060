import { z } from "zod";

type JsonSchema = { [name: string]: unknown };
type JsonType = "string" | "number" | "integer" | "boolean" | "null" | "array" | "object";

/** One field of a body, at any depth. */
export interface JsonField {
  /** The path as in error responses: `charges.0.amount_usd`. */
  path: string;
  types: readonly JsonType[];
  isRequired: boolean;
}

/** Returns all fields of a body schema, including those of nested objects and of the first item of arrays. */
export function fieldsOf(schema: z.ZodType): JsonField[] {
  const root = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  return walk(root, root, []);
}

function walk(root: JsonSchema, node: JsonSchema, path: readonly string[]): JsonField[] {
  const schema = resolve(root, node);
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const required = (schema.required ?? []) as string[];
  const fields = properties.flatMap(([name, property]) =>
    field(root, property, [...path, name], required.includes(name)),
  );
  if (schema.items) return [...fields, ...field(root, schema.items as JsonSchema, [...path, "0"], false)];
  const others = schema.additionalProperties;
  if (typeof others !== "object" || others === null) return fields;
  return [...fields, ...field(root, others as JsonSchema, [...path, "a"], false)];
}

function field(
  root: JsonSchema,
  node: JsonSchema,
  path: readonly string[],
  isRequired: boolean,
): JsonField[] {
  return [{ path: path.join("."), types: typesOf(root, node), isRequired }, ...walk(root, node, path)];
}

function typesOf(root: JsonSchema, node: JsonSchema): JsonType[] {
  const schema = resolve(root, node);
  if (schema.type) return [schema.type].flat() as JsonType[];
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (choices) return choices.flatMap((choice) => typesOf(root, choice));
  throw new Error(`Unknown type: ${JSON.stringify(schema)}.`);
}

function resolve(root: JsonSchema, node: JsonSchema): JsonSchema {
  if (typeof node.$ref !== "string") return node;
  const parts = node.$ref.split("/").slice(1);
  return parts.reduce<JsonSchema>((at, part) => at[part] as JsonSchema, root);
}

const SAMPLES: Record<Exclude<JsonType, "integer">, unknown> = {
  string: "wrong",
  number: 12.5,
  boolean: true,
  null: null,
  array: [],
  object: {},
};

/** Returns one value of each JSON type that a field does not accept. */
export function wrongValuesOf(types: readonly JsonType[]): unknown[] {
  return Object.entries(SAMPLES)
    .filter(([type]) => !types.includes(type as JsonType))
    .map(([, value]) => value);
}

/** Returns a copy of a body with one field set, or removed if `undefined`. */
export function withField(body: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(body) as JsonSchema;
  const parts = path.split(".");
  const last = parts.pop() ?? "";
  let at = copy;
  for (const part of parts) {
    at[part] ??= {};
    at = at[part] as JsonSchema;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}
