import { z } from "zod";
import type { Json, SchemaPart } from "./types";

/** The schemas of the document, collected while it is built. */
export interface SchemaCollection {
  /** Those with a name, by their name. */
  components: Record<string, SchemaPart>;
  /** A schema as it is written in the document: a reference when it has a name. */
  write(schema: z.ZodType, io: "input" | "output"): SchemaPart;
}

/** Begins an empty collection. */
export function collectSchemas(): SchemaCollection {
  const components: Record<string, SchemaPart> = {};

  function keep(name: string, schema: SchemaPart): void {
    const known = components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`Two schemas are called ${name}.`);
    }
    components[name] = schema;
  }

  function write(schema: z.ZodType, io: "input" | "output"): SchemaPart {
    const { $defs, ...written } = writeAlone(schema, io);
    for (const [name, part] of Object.entries(($defs ?? {}) as Record<string, SchemaPart>)) keep(name, part);
    const name = z.globalRegistry.get(schema)?.id;
    if (name === undefined) return written;
    if (!$defs || !(name in ($defs as Json))) keep(name, written);
    return { $ref: `#/components/schemas/${name}` };
  }

  return { components, write };
}

function writeAlone(schema: z.ZodType, io: "input" | "output"): SchemaPart {
  const written = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => keepCommonPatterns(jsonSchema),
  });
  const { $schema: _, id: _id, ...rest } = written as Json;
  return JSON.parse(
    JSON.stringify(rest).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'),
    (_name, part: unknown) => foldNull(part),
  ) as SchemaPart;
}

/**
 * Leaves out the pattern of an instant, which its format says in a word, and patterns with classes of Unicode, which some
 * validators read and others take for letters.
 */
function keepCommonPatterns(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === "date-time" || isUnicode(schema)) delete schema.pattern;
  if (!schema.allOf?.some(isUnicode)) return;
  // One pattern stands in the schema itself, several in a list beside it.
  const [first, ...more] = schema.allOf.filter((part) => !isUnicode(part));
  delete schema.allOf;
  Object.assign(schema, more.length > 0 ? { allOf: [first, ...more] } : first);
}

function isUnicode({ pattern }: z.core.JSONSchema.BaseSchema): boolean {
  return pattern?.includes("\\p{") ?? false;
}

/** "This, or null" in the shorter of two ways to say it, which readers and generators of clients understand better. */
function foldNull(part: unknown): unknown {
  if (typeof part !== "object" || part === null || !("anyOf" in part)) return part;
  const { anyOf, ...words } = part as Json & { anyOf: Json[] };
  const [value, nothing, ...more] = anyOf;
  if (typeof value?.type !== "string" || nothing?.type !== "null" || more.length > 0) return part;
  return { ...value, ...words, type: [value.type, "null"] };
}
