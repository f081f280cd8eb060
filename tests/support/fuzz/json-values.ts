import fc from "fast-check";
import { z } from "zod";

type JsonSchema = { [name: string]: unknown };

/** Generates values of a schema. Types always match; other constraints match most of the time. */
export function valuesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  return arbitraryOf(root, root);
}

function arbitraryOf(root: JsonSchema, node: JsonSchema): fc.Arbitrary<unknown> {
  const schema = resolve(root, node);
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  const examples = (schema.examples ?? []) as unknown[];
  const made = choices
    ? fc.oneof(...choices.map((choice) => arbitraryOf(root, choice)))
    : arbitraryOfType(root, schema);
  // Random values seldom pass rules that only the handler knows; examples do.
  return examples.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...examples) }, made) : made;
}

function arbitraryOfType(root: JsonSchema, schema: JsonSchema): fc.Arbitrary<unknown> {
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return objectOf(root, schema);
    case "array": {
      const maxLength = Math.min(Number(schema.maxItems ?? 5), 5);
      return fc.array(arbitraryOf(root, schema.items as JsonSchema), { maxLength });
    }
    case "string":
      return textOf(schema);
    case "number":
    case "integer":
      return fc.oneof(fc.integer({ min: -5, max: 100_000 }), fc.integer(), amounts.map(Number));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      throw new Error(`Unsupported schema: ${JSON.stringify(schema)}.`);
  }
}

function objectOf(root: JsonSchema, schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  const fields = Object.fromEntries(properties.map(([name, field]) => [name, arbitraryOf(root, field)]));
  const requiredKeys = ((schema.required ?? []) as string[]).filter((name) => name in fields);
  const known = fc.record(fields, { requiredKeys });
  const others = schema.additionalProperties;
  if (typeof others !== "object" || others === null || properties.length > 0) return known;
  return fc.dictionary(fc.string({ maxLength: 45 }), arbitraryOf(root, others as JsonSchema), {
    maxKeys: 22,
  });
}

const amounts = fc
  .tuple(
    fc.integer({ min: 0, max: 6_000 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 999_999_999 }),
  )
  .map(([dollars, decimals, rest]) =>
    decimals === 0 ? String(dollars) : `${dollars}.${String(rest).padStart(9, "0").slice(0, decimals)}`,
  );

function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const maxLength = Number(schema.maxLength ?? 60);
  const instants = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.oneof(
    fc.string({ maxLength }),
    fc.string({ maxLength: maxLength + 2, unit: "binary" }),
    amounts,
    ...(schema.format === "date-time" ? [instants] : []),
    ...(schema.format === "email" ? [fc.emailAddress()] : []),
  );
}

function resolve(root: JsonSchema, node: JsonSchema): JsonSchema {
  if (typeof node.$ref !== "string") return node;
  const parts = node.$ref.split("/").slice(1);
  return parts.reduce<JsonSchema>((at, part) => at[part] as JsonSchema, root);
}

/** Raw JSON text, for output that `JSON.stringify` never produces. */
interface RawJson {
  raw: string;
}

const RAW_KEY = "raw json:";

const DEEP = 4_000;

/** Valid but unusual JSON. */
const rawTexts: fc.Arbitrary<RawJson> = fc
  .constantFrom(
    "1e400",
    "-1e400",
    "-0",
    "1e-400",
    "0.1000000000000000055511151231257827",
    "9007199254740993",
    "25.000000000000001",
    "99999999999999999999999999999999999999",
    "1E3",
    '{"__proto__":{"polluted":true}}',
    '{"__proto__":null,"a":"b"}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":"x","valueOf":"y","hasOwnProperty":"z"}',
    '"\\ud800"',
    '"\\u0000"',
    '"\\udc00\\ud800"',
    `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`,
    `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`,
  )
  .map((raw) => ({ raw }));

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    [],
    {},
    "",
    0,
    -1,
    0.1,
    1e21,
    "NaN",
    "Infinity",
    "-0.00",
    "1e3",
    "٣",
    "\u0000",
  ),
  fc.constantFrom<unknown>(
    "__proto__",
    "constructor",
    "x".repeat(70_000),
    "'; DROP TABLE customer; --",
    "%00",
    "\r\n",
  ),
  fc.integer(),
  fc.double(),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
  rawTexts,
);

/** One mutation of a valid body. */
type Mutation =
  | { do: "replace"; at: number; by: unknown }
  | { do: "remove"; at: number }
  | { do: "add"; name: string; value: unknown };

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ do: fc.constant("replace" as const), at: fc.nat(), by: strange }),
  fc.record({ do: fc.constant("remove" as const), at: fc.nat() }),
  fc.record({
    do: fc.constant("add" as const),
    name: fc.oneof(
      fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a\u0000", ""),
      fc.string({ unit: "binary" }),
    ),
    value: strange,
  }),
);

/** Generates bodies as text: mostly valid, often with one mutation. */
export function bodyTextsOf(schema: z.ZodType): fc.Arbitrary<string> {
  const mutations = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
  );
  const made = fc
    .tuple(valuesOf(schema), mutations)
    .map(([value, changes]) => writeJson(changes.reduce(mutate, value)));
  const broken = fc.tuple(made, fc.nat()).map(([text, n]) => text.slice(0, n % (text.length + 1)));
  return fc.oneof(
    { weight: 12, arbitrary: made },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: rawTexts.map(({ raw }) => raw) },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
}

type Bag = Record<string, unknown>;

function mutate(value: unknown, change: Mutation): unknown {
  const copy = structuredClone(value);
  if (change.do === "add") return isBag(copy) ? define(copy, change.name, change.value) : copy;
  const places = placesOf(copy);
  const place = places[change.at % Math.max(1, places.length)];
  if (!place) return change.do === "replace" ? change.by : copy;
  if (change.do === "remove") delete place.in[place.name];
  else define(place.in, place.name, change.by);
  return copy;
}

/** Returns every field and item at any depth. */
function placesOf(value: unknown): { in: Bag; name: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const bag = value as Bag;
  return Object.keys(bag).flatMap((name) => [{ in: bag, name }, ...placesOf(bag[name])]);
}

function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a property. Also works for `__proto__`, where assignment would change the prototype. */
function define(bag: Bag, name: string, value: unknown): Bag {
  return Object.defineProperty(bag, name, { value, enumerable: true, configurable: true, writable: true });
}

function writeJson(value: unknown): string {
  const raws: string[] = [];
  const text = JSON.stringify(value, (_name, part: unknown) => {
    if (!isBag(part) || typeof part.raw !== "string" || Object.keys(part).length !== 1) return part;
    return `${RAW_KEY}${raws.push(part.raw) - 1}`;
  });
  if (text === undefined) return "";
  return text.replace(/"raw json:(\d+)"/g, (_, index: string) => raws[Number(index)] ?? "");
}
