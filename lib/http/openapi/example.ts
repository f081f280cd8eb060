import type { Json, SchemaPart } from "./types";

const COMPONENT = "#/components/schemas/";

/**
 * Returns an example of a schema, composed of the examples of its fields. Optional fields without an example are omitted.
 *
 * @param schema a schema of the document
 * @param components the named schemas that it may refer to
 */
export function exampleOf(schema: SchemaPart, components: Record<string, SchemaPart>): unknown {
  if (typeof schema.$ref === "string") {
    const named = components[schema.$ref.replace(COMPONENT, "")];
    if (!named) throw new Error(`The document has no ${schema.$ref}.`);
    return exampleOf(named, components);
  }
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ("default" in schema) return schema.default;
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return exampleOf(first, components);
  if (schema.type === "null") return null;
  if (schema.type === "array") return schema.items ? [exampleOf(schema.items, components)] : [];
  if (schema.type === "object") return exampleOfObject(schema, components);
  if (schema.type === "boolean") return false;
  throw new Error(`This schema needs an example: ${JSON.stringify(schema)}`);
}

function exampleOfObject(schema: SchemaPart, components: Record<string, SchemaPart>): Json {
  const fields = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  return Object.fromEntries(
    fields
      .filter(([name, field]) => required.has(name) || Array.isArray(field.examples))
      .map(([name, field]) => [name, exampleOf(field, components)]),
  );
}
