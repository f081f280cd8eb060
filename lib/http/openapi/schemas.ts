import { z } from "zod";
import type { Json, SchemaPart } from "./types";

/** Collects the schemas of the document while it is built. */
export interface SchemaCollection {
  /** The named schemas. */
  components: Record<string, SchemaPart>;
  /** Converts a schema to JSON Schema. A named schema is added to the components and referenced. */
  write(schema: z.ZodType, io: "input" | "output"): SchemaPart;
}

export function collectSchemas(): SchemaCollection {
  const components: Record<string, SchemaPart> = {};

  function keep(name: string, schema: SchemaPart): void {
    const known = components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`Two schemas have the name ${name}.`);
    }
    components[name] = schema;
  }

  function write(schema: z.ZodType, io: "input" | "output"): SchemaPart {
    const { $defs, ...written } = toJsonSchema(schema, io);
    for (const [name, part] of Object.entries(($defs ?? {}) as Record<string, SchemaPart>)) keep(name, part);
    const name = z.globalRegistry.get(schema)?.id;
    if (name === undefined) return written;
    if (!$defs || !(name in ($defs as Json))) keep(name, written);
    return { $ref: `#/components/schemas/${name}` };
  }

  return { components, write };
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): SchemaPart {
  const written = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => removePatterns(jsonSchema),
  });
  const { $schema: _, id: _id, ...rest } = written as Json;
  return JSON.parse(
    JSON.stringify(rest).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'),
    (_name, part: unknown) => foldNull(part),
  ) as SchemaPart;
}

/**
 * Removes patterns that are redundant or not portable: that of a time, which has a format, and those with Unicode classes,
 * which not all validators support.
 */
function removePatterns(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === "date-time" || hasUnicodeClass(schema)) delete schema.pattern;
  if (!schema.allOf?.some(hasUnicodeClass)) return;
  // A single pattern belongs in the schema itself; several stay in `allOf`.
  const [first, ...more] = schema.allOf.filter((part) => !hasUnicodeClass(part));
  delete schema.allOf;
  Object.assign(schema, more.length > 0 ? { allOf: [first, ...more] } : first);
}

function hasUnicodeClass({ pattern }: z.core.JSONSchema.BaseSchema): boolean {
  return pattern?.includes("\\p{") ?? false;
}

/** Writes `anyOf: [X, null]` as a list of types, which people and client generators understand better. */
function foldNull(part: unknown): unknown {
  if (typeof part !== "object" || part === null || !("anyOf" in part)) return part;
  const { anyOf, ...meta } = part as Json & { anyOf: Json[] };
  const [value, nothing, ...more] = anyOf;
  if (typeof value?.type !== "string" || nothing?.type !== "null" || more.length > 0) return part;
  const choices = Array.isArray(value.enum) ? { enum: [...value.enum, null] } : {};
  return { ...value, ...choices, ...meta, type: [value.type, "null"] };
}
